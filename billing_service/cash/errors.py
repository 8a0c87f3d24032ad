"""Errors of deposits and withdrawals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.amounts import AmountRefused
from servicekit.errors import DomainError
from servicekit.quotas import DailyQuotaExceeded


class CurrencyUnsupported(DomainError):
    """The account is not kept in that currency."""

    code = "currency_unsupported"
    field = "currency"
    title = _("The currency is not supported")
    message = _("Your account is kept in %(limit)s, not in %(value)s.")


class DepositLimitExceeded(AmountRefused):
    """More than the limit of one deposit."""

    code = "limit_exceeded"
    field = "amount"
    title = _("The limit is exceeded")
    message = _("A top-up cannot exceed %(limit)s; this one is %(value)s.")


class BalanceLimitExceeded(DepositLimitExceeded):
    """The balance would exceed the limit of an account."""

    message = _("The balance cannot exceed %(limit)s; this top-up would make it %(value)s.")


class DepositQuotaExceeded(DailyQuotaExceeded):
    """The customer has used up the daily quota of deposits."""

    code = "deposit_quota_exceeded"
    status = 429
    title = _("Daily top-up limit reached")
    message = _(
        "You have reached the daily limit of top-ups: %(limit)s. You can top up again after midnight UTC."
    )


class WithdrawalLimitExceeded(AmountRefused):
    """More than the limit of one withdrawal."""

    code = "limit_exceeded"
    field = "amount"
    title = _("The limit is exceeded")
    message = _("One withdrawal may be at most %(limit)s; this one is %(value)s.")


class WithdrawalNotCovered(AmountRefused):
    """More than is available; cash held for open orders cannot be withdrawn."""

    code = "insufficient_funds"
    field = "amount"
    title = _("There is not enough money")
    message = _("%(limit)s can be withdrawn; this withdrawal is %(value)s.")


class WithdrawalQuotaExceeded(DailyQuotaExceeded):
    """The customer has used up the daily quota of withdrawals."""

    code = "withdrawal_quota_exceeded"
    status = 429
    title = _("Daily withdrawal limit reached")
    message = _(
        "You have reached the daily limit of withdrawals: %(limit)s. You can withdraw again "
        "after midnight UTC."
    )
