"""Errors of the stream of quotes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class InstrumentUnknown(DomainError):
    """No instrument has this ticker."""

    code = "instrument_unknown"
    field = "tickers"
    title = _("Unknown instrument")
    message = _("There is no instrument with the ticker “%(ticker)s”.")


class TickersInvalid(DomainError):
    """A stream has at least one instrument, and a maximum number."""

    code = "tickers_invalid"
    field = "tickers"
    message = _("Give 1 to %(limit)s tickers, separated by commas.")


class BooksInvalid(DomainError):
    """Books are of the stream's instruments, and few."""

    code = "books_invalid"
    field = "books"
    message = _("Give at most %(limit)s of the tickers, separated by commas.")
