"""A customer's watchlist and the instruments on it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

#: The most instruments on a watchlist: what one page of the market shows.
MAX_WATCHED = 50


class Watchlist(models.Model):
    """A customer's watchlist, once something was put on it; its row is locked while the list is counted."""

    user_id = models.UUIDField(primary_key=True)

    class Meta:
        verbose_name = _("watchlist")
        verbose_name_plural = _("watchlists")

    def __str__(self) -> str:
        return str(self.user_id)


class WatchedInstrument(models.Model):
    """An instrument on a customer's watchlist."""

    id = models.BigAutoField(primary_key=True)
    watchlist = models.ForeignKey(Watchlist, on_delete=models.CASCADE, related_name="watched", db_index=False)
    instrument = models.ForeignKey(
        "reference.ListedInstrument", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("watched instrument")
        verbose_name_plural = _("watched instruments")
        constraints = [
            models.UniqueConstraint(fields=["watchlist", "instrument"], name="watched_unique"),
        ]

    def __str__(self) -> str:
        return self.instrument.ticker
