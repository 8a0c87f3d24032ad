"""Every quote as it was when its instrument was first quoted."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Expression, F, OuterRef, Subquery
from django.db.models.functions import Greatest, Now, Round

from market_service.instruments.models import Instrument
from market_service.quotes.models import DailyPrice, Quote


def quotes_begin_again() -> None:
    """Go back to the first quotes, as of now, and forget the days that this market has closed itself.

    Ticks count from the beginning, so that the same seed gives the same prices.
    """
    DailyPrice.objects.filter(simulated=True).delete()
    Quote.objects.update(
        price=_in_steps("first_price"), previous_close=_in_steps("first_close"),
        price_at=Now(), tick=0, closed_day=None, day_open=None, day_high=None, day_low=None,
    )  # fmt: skip


def _in_steps(price: str) -> Expression:
    """The field's price as a multiple of the instrument's price step, one step at least."""
    step = Subquery(Instrument.objects.filter(pk=OuterRef("pk")).values("price_step"))
    return Greatest(Round(F(price) / step), Decimal(1)) * step
