"""What the ledger refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

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
