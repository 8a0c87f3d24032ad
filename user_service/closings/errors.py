"""Errors of closing an account."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class ClosingNotFound(DomainError):
    """The user has not asked for it."""

    code = "closing_not_found"
    status = 404
    title = _("Not found")
    message = _("You have not asked for your account to be closed.")


class OperatorsStay(DomainError):
    """An operator's account is made, and ended, by who runs the exchange."""

    code = "operators_stay"
    status = 409
    title = _("An operator's account")
    message = _("An operator's account is not closed here. Whoever runs this exchange can disable it.")
