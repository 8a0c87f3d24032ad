"""Copies of market_service's data; only its events change them."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from servicekit import money
from servicekit.contracts.values import AVERAGE_DIGITS, PRICE_LIMIT, PRICE_MAX_DIGITS

#: Above every price a column can hold, and below NaN, which PostgreSQL sorts above all numbers: a
#: CHECK of ``price < PRICE_BOUND`` is therefore also the check that the price is a number.
PRICE_BOUND = PRICE_LIMIT


class PriceField(models.DecimalField):
    """A price: NUMERIC(20, 8), in major units of the instrument's currency."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        digits = {"max_digits": PRICE_MAX_DIGITS, "decimal_places": AVERAGE_DIGITS}
        super().__init__(*args, **{**digits, **kwargs})  # type: ignore[arg-type]


class ListedInstrument(models.Model):
    """An instrument as market_service last described it; ``id`` is market's id of it.

    ``version`` is the sequence of the event the row was written from; only a newer one replaces it.
    ``splits``: how many splits its prices and the positions know; while ``splits_recorded`` is more, one is
    being carried out, and no order is taken.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        HALTED = "halted", _("halted")

    id = models.UUIDField(primary_key=True)
    ticker = models.CharField(max_length=32, unique=True)
    name_en = models.CharField(max_length=200)
    name_ru = models.CharField(max_length=200)
    type = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    lot_size = models.PositiveIntegerField()
    price_step = PriceField()
    issued_quantity = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices)
    previous_close = PriceField()
    version = models.PositiveIntegerField()
    splits = models.PositiveIntegerField(default=0, db_default=0)
    splits_recorded = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        constraints = [
            models.CheckConstraint(
                condition=Q(price_step__gt=0, price_step__lt=PRICE_BOUND), name="instrument_price_step"
            ),
            models.CheckConstraint(
                condition=Q(previous_close__gt=0, previous_close__lt=PRICE_BOUND),
                name="instrument_previous_close",
            ),
            models.CheckConstraint(condition=Q(lot_size__gt=0), name="instrument_lot_size"),
            models.CheckConstraint(condition=Q(issued_quantity__gte=0), name="instrument_issued"),
        ]

    def __str__(self) -> str:
        return self.ticker

    @property
    def being_split(self) -> bool:
        """Whether a split was recorded that positions and prices do not know yet."""
        return self.splits_recorded > self.splits

    @property
    def name(self) -> str:
        """The name in the active language."""
        return self.name_ru if (get_language() or "").startswith("ru") else self.name_en

    def price_text(self, price: Decimal) -> str:
        """The price with as many digits as the instrument's price step has."""
        return money.price_text(price, self.price_step)


class LatestQuote(models.Model):
    """The latest quote of an instrument. A table of its own, so that the stream of quotes never
    touches the instruments that orders refer to.

    ``price_at`` is when the latest change was received; :class:`QuoteFeed` may confirm it as of later.
    """

    instrument = models.OneToOneField(
        ListedInstrument, primary_key=True, on_delete=models.CASCADE, related_name="quote"
    )
    price = PriceField()
    price_at = models.DateTimeField()

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0, price__lt=PRICE_BOUND), name="quote_price"),
        ]

    def __str__(self) -> str:
        return f"{self.price} @ {self.price_at:%Y-%m-%d %H:%M:%S}"


class DailyClose(models.Model):
    """An instrument's last price of a day (UTC) that is over; the day of the latest quote has none yet.

    A trigger (migration 0003) stores it when the latest quote moves to a later day, so it is the last price
    received on that day, whatever code writes quotes. A day without a row had the price of the day before.
    """

    id = models.BigAutoField(primary_key=True)
    instrument = models.ForeignKey(
        ListedInstrument, on_delete=models.CASCADE, related_name="closes", db_index=False
    )
    day = models.DateField()
    price = PriceField()

    class Meta:
        verbose_name = _("closing price")
        verbose_name_plural = _("closing prices")
        constraints = [
            models.UniqueConstraint(fields=["instrument", "day"], name="close_unique"),
            models.CheckConstraint(condition=Q(price__gt=0, price__lt=PRICE_BOUND), name="close_price"),
        ]

    def __str__(self) -> str:
        return f"{self.price} @ {self.day}"


class MarketDay(models.Model):
    """The market's day, as the venue last told: one row; none until the first day has ended.

    Attributes:
        number: of the day that ended, counting up.
        day: the one that has begun; in a replay any.
        opened_at: when it began, in real time.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField()
    day = models.DateField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="market_day_once")]

    def __str__(self) -> str:
        return f"{self.day}"


class QuoteFeed(models.Model):
    """Progress in the stream of quotes: one row.

    Attributes:
        number: of the last message.
        received_since: every message from this number on was received.
        complete_since: whoever received every message from this number on knows every quote.
        confirmed_at: the moment of the last message.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField()
    received_since = models.BigIntegerField()
    complete_since = models.BigIntegerField()
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="quote_feed_once")]

    def __str__(self) -> str:
        return f"{self.number} @ {self.confirmed_at}"

    @property
    def complete(self) -> bool:
        """Whether the latest quote of every open instrument was received, so that all are confirmed."""
        return self.received_since <= self.complete_since
