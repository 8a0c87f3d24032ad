"""Errors of watchlists."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from servicekit.errors import DomainError


class WatchlistFull(DomainError):
    """The watchlist has as many instruments (``limit``) as it may have."""

    code = "watchlist_full"
    status = 409
    title = _("The watchlist is full")
    message = _("A watchlist has %(limit)s instruments at most. Remove one to add %(ticker)s.")
