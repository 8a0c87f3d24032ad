"""I6: what the venue still offers of each instrument."""

from __future__ import annotations

from compose.check.model import Invariant, Rows

I6 = Invariant(
    "I6",
    "of every instrument, available ≥ 0 and available + sold to customers = issued",
    always=True,
    checks=(
        Rows(
            "less than nothing, or more than was issued, is available",
            "market",
            """
            SELECT id, ticker, available_quantity, issued_quantity FROM instruments_instrument
            WHERE available_quantity < 0 OR available_quantity > issued_quantity
            """,
            few=True,
        ),
        Rows(
            "available and sold are not what was issued",
            "market",
            """
            SELECT instrument.id, ticker, available_quantity, issued_quantity,
                   coalesce(sold.quantity, 0) AS sold
            FROM instruments_instrument AS instrument
            LEFT JOIN (
                SELECT instrument_id, sum(CASE side WHEN 'buy' THEN quantity ELSE -quantity END) AS quantity
                FROM venue_venueorder WHERE state = 'executed' GROUP BY 1
            ) AS sold ON sold.instrument_id = instrument.id
            WHERE available_quantity + coalesce(sold.quantity, 0) <> issued_quantity
            """,
        ),
    ),
)
