"""Errors of the ledger."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.amounts import AmountRefused
from servicekit.errors import DomainError


class AccountNotReady(DomainError):
    """The customer's account is still being opened."""

    code = "account_not_ready"
    status = 409
    title = _("The account is not ready yet")
    message = _("Your cash account is still being opened. Try again in a moment.")


class AccountNotFound(AccountNotReady):
    """The same, where the account itself is what was asked for."""

    status = 404


class AccountFrozen(DomainError):
    """The account's books do not agree; it is blocked until an operator has checked it."""

    code = "account_frozen"
    status = 409
    title = _("The account is frozen")
    message = _("Your cash account is frozen while it is being checked. Your money is safe.")


class AccountClosing(DomainError):
    """Its customer wants it closed, or it is closed: nothing new is done with it."""

    code = "account_closing"
    status = 409
    title = _("The account is being closed")
    message = _("Your account is being closed, as you asked. Until that is decided nothing else can be done.")


class AccountClosed(DomainError):
    """The account was closed by its customer, and holds nothing for good."""

    code = "account_closed"
    status = 409
    title = _("The account is closed")
    message = _("Account %(account_id)s was closed by its customer: nothing can be booked on it any more.")


class AccountNotFrozen(DomainError):
    """The account is not frozen."""

    code = "account_not_frozen"
    status = 409
    title = _("The account is not frozen")
    message = _("Account %(account_id)s is not frozen.")


class AccountIsFrozen(DomainError):
    """An operator or the consistency job has frozen it already."""

    code = "account_frozen"
    status = 409
    title = _("The account is frozen")
    message = _("Account %(account_id)s is already frozen.")


class NoCustomersAccount(DomainError):
    """Only customers' accounts can be frozen."""

    code = "no_customers_account"
    status = 409
    title = _("Not a customer's account")
    message = _("Only customers' accounts can be frozen; this one (%(kind)s) belongs to the exchange.")


class ExportTooLong(DomainError):
    """More rows than such a file may have."""

    code = "export_too_long"
    title = _("The file would be too long")
    message = _(
        "There are more than %(limit)s operations, too many for such a file. Choose fewer days, or take CSV."
    )


class AlreadyReversed(DomainError):
    """The entry has been reversed already."""

    code = "already_reversed"
    status = 409
    title = _("The entry is already reversed")
    message = _("Journal entry %(number)s is already reversed by entry %(by)s.")


class SettlementNotReversible(DomainError):
    """The entry settles a fill; reversing it would return the money while the customer keeps the units."""

    code = "settlement_not_reversible"
    status = 409
    title = _("A settlement is not reversed")
    message = _(
        "Journal entry %(number)s paid for a fill of order %(order_id)s. Reversing it would give the money "
        "back and leave the units where they are. Correct it by an order the other way."
    )


class ReversalNotCovered(AmountRefused):
    """The reversal would take more from a customer than is available."""

    code = "reversal_not_covered"
    status = 409
    title = _("The reversal is not covered")
    amounts = ("required", "available")
    message = _(
        "The reversal needs %(required)s from account %(account_id)s, which has %(available)s available."
    )
