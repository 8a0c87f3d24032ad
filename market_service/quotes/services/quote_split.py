"""A split: the quote, and what is kept of prices of its day and after it, become prices of new units.

Prices of days before it stay as they were, and :class:`PriceSplit` says since when prices are of new units.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from market_service.candles.services import Change, candles_record, candles_split
from market_service.clock.selectors import market_now
from market_service.quotes.models import PriceSplit, Quote

_QUOTE = """
UPDATE quotes_quote SET price = %(price)s, previous_close = %(close)s, closed_day = NULL,
    price_at = greatest(price_at, statement_timestamp()),
    day_open = greatest(round(day_open * %(old)s / %(new)s, 6), 0.000001),
    day_high = greatest(round(day_high * %(old)s / %(new)s, 6), %(price)s),
    day_low = least(greatest(round(day_low * %(old)s / %(new)s, 6), 0.000001), %(price)s)
WHERE instrument_id = %(instrument)s
"""

_DAYS = """
UPDATE quotes_dailyprice SET
    open = greatest(round(open * %(old)s / %(new)s, 6), 0.000001),
    high = greatest(round(high * %(old)s / %(new)s, 6), 0.000001),
    low = greatest(round(low * %(old)s / %(new)s, 6), 0.000001),
    close = greatest(round(close * %(old)s / %(new)s, 6), 0.000001),
    adj_close = greatest(round(adj_close * %(old)s / %(new)s, 16), 0.0000000000000001)
WHERE instrument_id = %(instrument)s AND date >= %(since)s AND date < %(until)s
"""


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
    ratio: dict[str, Any] = {"instrument": instrument_id, "old": old_units, "new": new_units}
    with connection.cursor() as cursor:
        cursor.execute(_QUOTE, {**ratio, "price": price, "close": previous_close})
        cursor.execute(_DAYS, {**ratio, "since": day, "until": date.max})
    candles_split(instrument_id=instrument_id, old_units=old_units, new_units=new_units, since=day)
    candles_record([Change(instrument_id, price)], at=market_now())


def splits_reach_back(*, day: date) -> None:
    """Going back to a day, before splits that were carried out: its prices, and later ones, become those of
    new units, as the positions are. To be called before previous closes are set.
    """
    for split in PriceSplit.objects.select_for_update().filter(day__gt=day).order_by("pk"):
        values: dict[str, Any] = {
            "instrument": split.instrument_id, "old": split.old_units, "new": split.new_units, "since": day,
            "until": split.day,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_DAYS, values)
        split.day = day
        split.save(update_fields=["day"])


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
