"""The clock, one row, moved by the database's clock."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Feed(models.TextChoices):
    """Where prices come from."""

    REPLAY = "replay", _("replay of past days")
    SIMULATED = "simulated", _("simulation")
    MANUAL = "manual", _("operators set the prices")


class MarketClock(models.Model):
    """What day and time it is on the market.

    With ``replay`` the time of day is ``elapsed_s`` after the opening, as of ``as_of``, and goes on by
    ``speed`` seconds a second. With the other feeds it is the real time, and the two mean nothing.

    Attributes:
        number: of the day, counted from the market's first; the days may be any, if somebody goes to a date.
        opened_at: when the day began, in real time.
        speed: seconds of the market in a second.
        closing_from: the message of quotes from which on every quote must be told at its closing price, while
            the day is being closed; otherwise null.
        trades_before: a ``trade_seq``; the trades after it are those of the day.
        day_orders_due: the orders ``day`` that came before the day began are still to be ended.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    feed = models.CharField(_("feed"), max_length=10, choices=Feed)
    number = models.BigIntegerField(_("number of the day"), default=1)
    day = models.DateField(_("day"))
    opened_at = models.DateTimeField(_("began at"))
    elapsed_s = models.FloatField(_("seconds since the opening"), default=0)
    as_of = models.DateTimeField(_("as of"))
    speed = models.FloatField(_("speed"), default=1)
    paused = models.BooleanField(_("paused"), default=False)
    closing_from = models.BigIntegerField(null=True)
    trades_before = models.BigIntegerField(default=0)
    day_orders_due = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("market's clock")
        verbose_name_plural = _("market's clock")
        constraints = (
            models.CheckConstraint(name="market_clock_once", condition=Q(id=1)),
            models.CheckConstraint(name="market_clock_feed", condition=Q(feed__in=Feed.values)),
            models.CheckConstraint(
                name="market_clock_range",
                condition=Q(elapsed_s__gte=0, speed__gt=0, speed__lte=100_000, number__gte=1),
            ),
        )

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"


#: When a replayed day opens and closes, in the market's time zone.
OPENS_AT_S, CLOSES_AT_S = 10 * 3600, 18 * 3600
#: Seconds of the market in a replayed day.
SESSION_S = CLOSES_AT_S - OPENS_AT_S
#: A replay stands still when nobody has moved its clock for so many seconds: while the system is down.
LONGEST_STEP_S = 30.0
