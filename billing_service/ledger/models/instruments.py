"""What instruments are called, copied from trading_service's events."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class InstrumentName(models.Model):
    """The names of an instrument as they came with the last order of it, for the history and its files."""

    ticker = models.CharField(_("ticker"), max_length=32, primary_key=True)
    name_en = models.CharField(_("name in English"), max_length=200)
    name_ru = models.CharField(_("name in Russian"), max_length=200)

    class Meta:
        verbose_name = _("instrument's name")
        verbose_name_plural = _("instruments' names")

    def __str__(self) -> str:
        return self.ticker
