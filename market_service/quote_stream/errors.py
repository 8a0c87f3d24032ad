"""Why a stream of quotes is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class InstrumentUnknown(DomainError):
    """Nothing is listed under a ticker."""

    code = "instrument_unknown"
    field = "tickers"
    title = _("Unknown instrument")
    message = _("There is no instrument with the ticker “%(ticker)s”.")


class TickersInvalid(DomainError):
    """A stream is of one instrument at least, and of so many at most."""

    code = "tickers_invalid"
    field = "tickers"
    message = _("Give 1 to %(limit)s tickers, separated by commas.")
