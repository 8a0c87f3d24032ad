"""Quotes, the present price of each instrument, and daily prices, the past ones."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from servicekit.money import price_text

#: Every price is below this; also what keeps NaN out, which PostgreSQL sorts above every number.
PRICE_LIMIT = Decimal(10) ** 12

#: Digits after the point that a price may have.
PRICE_DIGITS = 6


class Quote(models.Model):
    """The latest quote of an instrument: one row each, changed by every tick of the feed.

    Attributes:
        price: in the instrument's currency, a multiple of its price step.
        previous_close: what ``change`` is counted from.
        price_at: when the quote was made or last confirmed, by the database's clock.
        tick: how often the feed has changed or confirmed it; the step of the simulation.
    """

    instrument = models.OneToOneField(
        "instruments.Instrument", models.PROTECT, primary_key=True, related_name="quote"
    )
    price = models.DecimalField(_("price"), max_digits=20, decimal_places=PRICE_DIGITS)
    previous_close = models.DecimalField(
        _("previous closing price"), max_digits=20, decimal_places=PRICE_DIGITS
    )
    price_at = models.DateTimeField(_("time of the price"))
    tick = models.BigIntegerField(_("tick"), default=0)

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
        return f"{self.instrument_id} {self.price}"


class DailyPrice(models.Model):
    """What one instrument did on one trading day.

    Prices are unadjusted, in the instrument's currency. ``adj_close`` is the source's own close
    adjusted for later splits and dividends; its digits are the source's.
    """

    instrument = models.ForeignKey("instruments.Instrument", models.PROTECT, related_name="daily_prices")
    date = models.DateField(_("date"))
    open = models.DecimalField(_("opening price"), max_digits=20, decimal_places=PRICE_DIGITS)
    high = models.DecimalField(_("highest price"), max_digits=20, decimal_places=PRICE_DIGITS)
    low = models.DecimalField(_("lowest price"), max_digits=20, decimal_places=PRICE_DIGITS)
    close = models.DecimalField(_("closing price"), max_digits=20, decimal_places=PRICE_DIGITS)
    volume = models.BigIntegerField(_("volume"))
    adj_close = models.DecimalField(_("adjusted closing price"), max_digits=30, decimal_places=16)

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
        return f"{self.instrument_id} {self.date} {self.close}"


def stepped(price: Decimal, step: Decimal) -> Decimal:
    """A price rounded to a multiple of its price step (half away from zero), never below one step."""
    steps = (price / step).quantize(Decimal(1), rounding="ROUND_HALF_UP")
    return Decimal(price_text(max(steps, Decimal(1)) * step, step))
