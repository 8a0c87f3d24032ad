"""Errors of references to instruments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class InstrumentUnknown(DomainError):
    """No instrument has this ticker."""

    code = "instrument_unknown"
    field = "ticker"
    title = _("Unknown instrument")
    message = _("There is no instrument with the ticker “%(ticker)s”.")
