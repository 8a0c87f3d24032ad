"""A split: the quote, and what is kept of prices of its day and after it, become prices of new units.

Prices of days before it stay as they were, and :class:`PriceSplit` says since when prices are of new units.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Greatest, Least, Now

from market_service.candles.services import Change, candles_record, candles_split, in_new_units
from market_service.clock.selectors import market_now
from market_service.quotes.models import DailyPrice, PriceSplit, Quote


def quote_split(
    *, instrument_id: UUID, action_id: UUID, old_units: int, new_units: int, price: Decimal,
    previous_close: Decimal, day: date,
) -> None:  # fmt: skip
    """Write the quote after a split, and what is kept of the day's prices. To be called in its transaction.

    Imported prices of the day and of later ones, which a replay will show, become prices of new units.

    Args:
        price, previous_close: after it, in the instrument's currency.
        day: the market's.
    """
    PriceSplit.objects.create(
        action_id=action_id, instrument_id=instrument_id, day=day, old_units=old_units, new_units=new_units
    )
    quote = Quote.objects.filter(instrument_id=instrument_id)
    quote.update(
        price=price, previous_close=previous_close, closed_day=None, price_at=Greatest("price_at", Now())
    )
    new = partial(in_new_units, old_units=old_units, new_units=new_units)
    quote.exclude(day_open=None).update(  # of a price that was set on that day
        day_open=new("day_open"), day_high=Greatest(new("day_high"), price),
        day_low=Least(new("day_low"), price),
    )  # fmt: skip
    _days_split(instrument_id=instrument_id, old_units=old_units, new_units=new_units, since=day)
    candles_split(instrument_id=instrument_id, old_units=old_units, new_units=new_units, since=day)
    candles_record([Change(instrument_id, price)], at=market_now())


def splits_reach_back(*, day: date) -> None:
    """Going back to a day, before splits that were carried out: its prices, and later ones, become those of
    new units, as the positions are. To be called before previous closes are set.
    """
    for split in PriceSplit.objects.select_for_update().filter(day__gt=day).order_by("pk"):
        _days_split(
            instrument_id=split.instrument_id, old_units=split.old_units, new_units=split.new_units,
            since=day, until=split.day,
        )  # fmt: skip
        split.day = day
        split.save(update_fields=["day"])


def _days_split(
    *, instrument_id: UUID, old_units: int, new_units: int, since: date, until: date = date.max
) -> None:
    new = partial(in_new_units, old_units=old_units, new_units=new_units)
    prices = {price: new(price) for price in ("open", "high", "low", "close")}
    days = DailyPrice.objects.filter(instrument_id=instrument_id, date__gte=since, date__lt=until)
    days.update(**prices, adj_close=new("adj_close", digits=16))


def closes_split() -> None:
    """Closes of days before a split, from which changes are counted, become prices of new units."""
    factors: dict[UUID, Fraction] = {}
    older = PriceSplit.objects.filter(instrument__quote__closed_day__lt=F("day"))
    for split in older:
        factor = factors.get(split.instrument_id, Fraction(1))
        factors[split.instrument_id] = factor * Fraction(split.old_units, split.new_units)
    for instrument_id, factor in factors.items():
        quote = Quote.objects.select_for_update().get(instrument_id=instrument_id)
        close = (quote.previous_close * factor.numerator / factor.denominator).quantize(Decimal("0.000001"))
        Quote.objects.filter(instrument_id=instrument_id).update(
            previous_close=max(close, Decimal("0.000001")), closed_day=None
        )
