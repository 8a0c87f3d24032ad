"""Recorded prices: the minutes of the running hour, and candles of every interval before it.

Each minute is in one of the two tables: it is recorded as a :class:`RecentMinute`, and once its hour is over
it moves to :class:`Candle`, where it is also a part of the candles of 5 minutes, an hour and a day. The first
table is small, and all writing happens there; the second is written once an hour, in the order in which
it is read, and only bounded by retention. Times are the market's.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from servicekit.contracts.values import PRICE_DIGITS, PRICE_LIMIT, PRICE_MAX_DIGITS


class Interval(models.IntegerChoices):
    """What a candle covers, in minutes."""

    MINUTE = 1, _("1 minute")
    FIVE_MINUTES = 5, _("5 minutes")
    HOUR = 60, _("1 hour")
    DAY = 1440, _("1 day")


def _price(name: Any) -> models.DecimalField:
    return models.DecimalField(name, max_digits=PRICE_MAX_DIGITS, decimal_places=PRICE_DIGITS)


def _in_range(name: str) -> models.CheckConstraint:
    """The lowest is not above the open and the close, the highest not below them."""
    return models.CheckConstraint(
        name=name,
        condition=Q(
            low__gt=0,
            low__lte=F("open"),
            high__gte=F("open"),
            close__gte=F("low"),
            close__lte=F("high"),
            high__lt=PRICE_LIMIT,
            volume__gte=0,
        ),
    )


class _Prices(models.Model):
    """The first, highest, lowest and last price, in the instrument's currency, and the units traded.

    Quotes and trades count as prices. Written under the instrument's lock, which spares the database the
    look-up of the instrument for each row.
    """

    instrument = models.ForeignKey(
        "instruments.Instrument", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    time = models.DateTimeField(_("time"))
    open = _price(_("opening price"))
    high = _price(_("highest price"))
    low = _price(_("lowest price"))
    close = _price(_("closing price"))
    volume = models.BigIntegerField(_("volume"))

    class Meta:
        abstract = True


class RecentMinute(_Prices):
    """The prices of one minute that has not been rolled up yet. Only the last of an instrument changes.

    Attributes:
        time: its first moment.
    """

    class Meta:
        verbose_name = _("recent minute")
        verbose_name_plural = _("recent minutes")
        constraints = (
            models.UniqueConstraint(name="recent_minute_once", fields=("instrument", "time")),
            _in_range("recent_minute_range"),
        )

    def __str__(self) -> str:
        return f"{self.instrument.ticker} {self.time:%Y-%m-%d %H:%M}"


class Candle(_Prices):
    """The prices of one interval, of those of its minutes that were rolled up.

    Attributes:
        time: the interval's first moment.
    """

    interval = models.SmallIntegerField(_("interval"), choices=Interval)

    class Meta:
        verbose_name = _("candle")
        verbose_name_plural = _("candles")
        constraints = (
            models.UniqueConstraint(name="candle_once", fields=("instrument", "interval", "time")),
            models.CheckConstraint(name="candle_interval_known", condition=Q(interval__in=Interval.values)),
            _in_range("candle_range"),
        )

    def __str__(self) -> str:
        return f"{self.instrument.ticker} {self.get_interval_display()} {self.time:%Y-%m-%d %H:%M}"
