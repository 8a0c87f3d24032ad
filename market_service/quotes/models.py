"""Quotes, the current price of each instrument, and daily prices, the history."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from servicekit.contracts.values import PRICE_DIGITS, PRICE_LIMIT, PRICE_MAX_DIGITS
from servicekit.money import price_text


def _price_or_none() -> models.DecimalField:
    return models.DecimalField(max_digits=PRICE_MAX_DIGITS, decimal_places=PRICE_DIGITS, null=True)


class Quote(models.Model):
    """The latest quote of an instrument: one row each. :class:`QuoteFeed` confirms those of open ones.

    Attributes:
        price: in the instrument's currency, a multiple of its price step.
        previous_close: what ``change`` is counted from.
        price_at: when the quote was made, by the database's clock; of a halted instrument, when it was
            last confirmed. What is shown is :func:`~market_service.quotes.selectors.price_at`.
        tick: how often the feed has moved it; the step of the simulation.
        closed_day: the day whose close in :class:`DailyPrice` ``previous_close`` is; None: it comes from
            elsewhere. The database forgets it when the previous close is changed without it.
        day_open, day_high, day_low: since the market's day began; None: the price has not been set since.
        first_price, first_close: price and previous close when it was first quoted; where a market that is
            reset begins again.
    """

    instrument = models.OneToOneField(
        "instruments.Instrument", models.PROTECT, primary_key=True, related_name="quote"
    )
    price = models.DecimalField(_("price"), max_digits=PRICE_MAX_DIGITS, decimal_places=PRICE_DIGITS)
    previous_close = models.DecimalField(
        _("previous closing price"), max_digits=PRICE_MAX_DIGITS, decimal_places=PRICE_DIGITS
    )
    price_at = models.DateTimeField(_("time of the price"))
    tick = models.BigIntegerField(_("tick"), default=0)
    closed_day = models.DateField(_("day of the previous close"), null=True)
    day_open = _price_or_none()
    day_high = _price_or_none()
    day_low = _price_or_none()
    first_price = _price_or_none()
    first_close = _price_or_none()

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        constraints = (
            models.CheckConstraint(name="quote_price_range", condition=Q(price__gt=0, price__lt=PRICE_LIMIT)),
            models.CheckConstraint(
                name="quote_previous_close_range",
                condition=Q(previous_close__gt=0, previous_close__lt=PRICE_LIMIT),
            ),
        )

    def __str__(self) -> str:
        return f"{self.instrument.ticker} {self.price.normalize():f}"


class QuoteFeed(models.Model):
    """Progress of the feed: one row, changed by every tick.

    Attributes:
        confirmed_at: the quote of an open instrument is confirmed as of then, however old its own time is;
            by the database's clock. None before the first tick.
        number: of the last message that published quotes.
        published_up_to: the instrument up to which the running round has published; a round goes through all.
        round_from: the number of the running round's first message.
        complete_since: that of the last whole round: the messages from it on have every quote. 0 before that.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    confirmed_at = models.DateTimeField(null=True)
    number = models.BigIntegerField(default=0)
    published_up_to = models.UUIDField(default=UUID(int=0), db_column="told_to")
    round_from = models.BigIntegerField(default=1)
    complete_since = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.CheckConstraint(name="quote_feed_once", condition=Q(id=1)),)

    def __str__(self) -> str:
        return f"{self.number} @ {self.confirmed_at}"


class DailyPrice(models.Model):
    """The prices and volume of one instrument on one trading day.

    Prices are unadjusted, in the instrument's currency. ``adj_close`` is the source's own close
    adjusted for later splits and dividends; its digits are the source's. ``simulated``: they are this
    market's own of a day that it has closed, where nothing was imported; an import replaces them.
    """

    instrument = models.ForeignKey(
        "instruments.Instrument", models.PROTECT, related_name="daily_prices", db_index=False
    )
    date = models.DateField(_("date"))
    open = models.DecimalField(_("opening price"), max_digits=PRICE_MAX_DIGITS, decimal_places=PRICE_DIGITS)
    high = models.DecimalField(_("highest price"), max_digits=PRICE_MAX_DIGITS, decimal_places=PRICE_DIGITS)
    low = models.DecimalField(_("lowest price"), max_digits=PRICE_MAX_DIGITS, decimal_places=PRICE_DIGITS)
    close = models.DecimalField(_("closing price"), max_digits=PRICE_MAX_DIGITS, decimal_places=PRICE_DIGITS)
    volume = models.BigIntegerField(_("volume"))
    adj_close = models.DecimalField(_("adjusted closing price"), max_digits=30, decimal_places=16)
    simulated = models.BooleanField(_("simulated"), default=False, db_default=False)

    class Meta:
        verbose_name = _("daily price")
        verbose_name_plural = _("daily prices")
        constraints = (
            models.UniqueConstraint(name="daily_price_once", fields=("instrument", "date")),
            models.CheckConstraint(
                name="daily_price_range",
                condition=Q(
                    low__gt=0,
                    low__lte=F("open"),
                    high__gte=F("open"),
                    high__lt=PRICE_LIMIT,
                    close__gte=F("low"),
                    close__lte=F("high"),
                    adj_close__gt=0,
                    adj_close__lt=PRICE_LIMIT,
                    volume__gte=0,
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.instrument.ticker} {self.date}"


class PriceSplit(models.Model):
    """A split that was carried out: prices that are kept of days before ``day`` are of old units, later ones
    of new units. ``day`` is the market's, and moves back when the market goes back to a day before it.
    """

    action_id = models.UUIDField(primary_key=True)
    instrument = models.ForeignKey("instruments.Instrument", models.PROTECT, related_name="price_splits")
    day = models.DateField(_("day"))
    old_units = models.PositiveIntegerField(_("old units"))
    new_units = models.PositiveIntegerField(_("new units for them"))

    class Meta:
        verbose_name = _("split of prices")
        verbose_name_plural = _("splits of prices")
        constraints = (
            models.CheckConstraint(name="price_split_ratio", condition=Q(old_units__gt=0, new_units__gt=0)),
        )

    def __str__(self) -> str:
        return f"{self.instrument.ticker} {self.old_units}:{self.new_units} {self.day}"


class ImportedFile(models.Model):
    """A price file that has been imported, so that importing it again is skipped.

    Attributes:
        digest: SHA-256 of its bytes, its name and how it was read.
        tickers: name in the file → ticker whose prices they became.
        days: how many prices it has.
        replaced: how many it changed of those that were there. What was imported before it may then no
            longer be as its file says. Whoever else changes daily prices must delete these rows; a split does
            not, for the prices of its file would be wrong again.
    """

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    tickers = models.JSONField()
    days = models.BigIntegerField()
    replaced = models.BigIntegerField()
    imported_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


def stepped(price: Decimal, step: Decimal) -> Decimal:
    """A price rounded to a multiple of its price step (half away from zero), never below one step."""
    steps = (price / step).quantize(Decimal(1), rounding="ROUND_HALF_UP")
    return Decimal(price_text(max(steps, Decimal(1)) * step, step))
