"""I19: what a day of the market leaves behind."""

from __future__ import annotations

from compose.check.model import Invariant, Rows

I19 = Invariant(
    "I19",
    "each closed day has its closes, from which changes are counted; no order for the day rests past its day",
    always=False,
    checks=(
        Rows(
            "the previous close is not that of its day",
            "market",
            """
            SELECT quote.instrument_id, closed_day, previous_close, close
            FROM quotes_quote AS quote
            LEFT JOIN quotes_dailyprice AS day
                ON day.instrument_id = quote.instrument_id AND day.date = closed_day
            WHERE closed_day IS NOT NULL AND close IS DISTINCT FROM previous_close
            """,
        ),
        Rows(
            "an order for the day rests past its day",
            "market",
            """
            SELECT order_id, rested_at, opened_at FROM venue_restingorder, clock_marketclock
            WHERE time_in_force = 'day' AND rested_at < opened_at AND number > 1
                AND opened_at < now() - interval '30 seconds'
            """,
        ),
    ),
)
