from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WatchlistConfig(AppConfig):
    name = "trading_service.watchlist"
    label = "watchlist"
    verbose_name = _("Watchlists")
