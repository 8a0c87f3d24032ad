"""``manage reset_market``: no orders, everything on offer, and the market before its first day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F

from market_service.clock.selectors import clock_now
from market_service.instruments.models import Instrument
from market_service.instruments.services.instrument_edit import instruments_announce
from market_service.quotes.services import quotes_begin_again
from market_service.quotes.services.quote_split import splits_reach_back
from market_service.venue.models import Trade
from servicekit.market_reset import ResetMarketCommand
from servicekit.portions import portions_of

#: Instruments announced at once.
PORTION = 1_000

# What was paid or carried out is history now: shown, and nobody's. A split has changed what a unit is, so the
# first prices are those of the new units. One that was begun, and has changed nothing yet, begins again.
_SPLIT = """
UPDATE quotes_quote AS quote
SET first_price = first_price * ratio, first_close = first_close * ratio
FROM (
    SELECT instrument_id, exp(sum(ln(old_units::numeric / new_units))) AS ratio
    FROM corporate_actions_corporateaction WHERE type = 'split' AND state = 'completed'
    GROUP BY 1
) AS splits
WHERE splits.instrument_id = quote.instrument_id
"""
_BEGUN = """
UPDATE corporate_actions_corporateaction
SET state = 'announced', recorded_at = NULL, units = NULL, number = NULL, price = NULL
WHERE type = 'split' AND state = 'started'
"""
_OPEN = """
UPDATE instruments_instrument AS instrument SET status = CASE WHEN reopens THEN 'open' ELSE 'halted' END,
    halt_reason = CASE WHEN reopens THEN '' ELSE 'operator' END
FROM corporate_actions_corporateaction AS action
WHERE action.instrument_id = instrument.id AND action.type = 'split' AND state = 'started'
"""
_HISTORY = """
UPDATE corporate_actions_corporateaction
SET state = 'history', recorded_at = NULL, units = NULL, holders = NULL, amount = NULL, completed_at = NULL
WHERE state IN ('started', 'completed')
"""


class Command(ResetMarketCommand):
    emptied = (
        "candles_candle", "candles_recentminute", "clock_marketclock",
        "venue_reconciliation", "venue_restingorder", "venue_trade", "venue_venueorder",
    )  # fmt: skip
    changed = (
        "corporate_actions_corporateaction", "instruments_instrument", "quotes_dailyprice",
        "quotes_pricesplit", "quotes_quote",
    )  # fmt: skip
    kept = ("quotes_importedfile", "quotes_quotefeed", "search_searchentry", "search_searchletter",
            "search_searchword")  # fmt: skip

    def counts(self) -> dict[str, Any]:
        return {"day": clock_now().day, "trades": Trade.objects.count()}

    def change(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_SPLIT)
            cursor.execute(_OPEN)
            cursor.execute(_BEGUN)
            cursor.execute(_HISTORY)
        splits_reach_back(day=date.min)
        quotes_begin_again()
        Instrument.objects.update(available_quantity=F("issued_quantity"), version=F("version") + 1)
        quoted = Instrument.objects.filter(quote__isnull=False).order_by("id")
        for ids in portions_of(list(quoted.values_list("id", flat=True)), PORTION):
            instruments_announce(Instrument.objects.filter(id__in=ids).select_related("quote").order_by("id"))
