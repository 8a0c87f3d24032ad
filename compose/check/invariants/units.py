"""I15: units of an instrument are neither made nor lost between the venue and the customers."""

from __future__ import annotations

from compose.check.model import Invariant, SameRows

I15 = Invariant(
    "I15",
    "of every instrument, available + all positions = issued",
    always=False,
    checks=(
        SameRows(
            "the positions are not what the venue has sold",
            "id",
            (
                "market",
                """
                SELECT id, issued_quantity - available_quantity AS quantity FROM instruments_instrument
                WHERE issued_quantity <> available_quantity
                """,
            ),
            (
                "trading",
                """
                SELECT instrument_id AS id, sum(quantity)::bigint AS quantity FROM positions_position
                GROUP BY 1 HAVING sum(quantity) <> 0
                """,
            ),
        ),
    ),
)
