"""Errors of statements."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class MonthInvalid(DomainError):
    """What stands in the address is no month."""

    code = "month_invalid"
    title = _("Not a month")
    message = _("A month must be written as 2025-01, not %(value)s.")


class StatementNotFound(DomainError):
    """The month has not begun, or the account was not open yet when it ended."""

    code = "statement_not_found"
    status = 404
    title = _("There is no such statement")
    message = _("There are statements from %(first)s to %(last)s, none for %(value)s.")


class StatementTooLong(DomainError):
    """More operations in the month than a statement may have."""

    code = "export_too_long"
    title = _("The file would be too long")
    message = _("There are more than %(limit)s operations in %(value)s. Take the history as a CSV file.")
