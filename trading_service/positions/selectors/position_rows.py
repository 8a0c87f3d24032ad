"""What is read to value a customer's positions: in one statement, so that it sees one moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from servicekit.database import Statement
from trading_service.positions.models import Lot
from trading_service.reference.models import ListedInstrument

#: What a position's row has of its instrument, in the order of the model's fields.
_LISTED = (
    "id", "ticker", "name_en", "name_ru", "currency", "price_step", "status", "previous_close",
)  # fmt: skip

# Asked by every portfolio. Measured, CPU of the service for 50 positions: the ORM's query, which is built
# anew each time and makes four objects of a row, takes 6 times as much.
_POSITIONS = Statement(
    f"""
SELECT held.quantity, held.held_quantity, held.cost_basis, held.realized_pnl,
    held.bought_quantity, held.bought_cost, held.updated_at,
    coalesce(opening.bought_quantity, 0), coalesce(opening.bought_cost, 0),
    coalesce(opening.sold_quantity, 0), coalesce(opening.sold_proceeds, 0),
    coalesce(flow.bought_quantity, 0), coalesce(flow.bought_cost, 0),
    coalesce(flow.sold_quantity, 0), coalesce(flow.sold_proceeds, 0),
    (SELECT number FROM reference_marketday WHERE id = 1),
    (SELECT close.price FROM reference_dailyclose AS close
        WHERE close.instrument_id = held.instrument_id AND close.day < %s::date
        ORDER BY close.day DESC LIMIT 1),
    ARRAY(SELECT ARRAY[split.old_units, split.new_units] FROM splits_split AS split
        WHERE split.instrument_id = held.instrument_id AND split.applied_at IS NOT NULL
        AND (split.recorded_at AT TIME ZONE 'UTC')::date = %s::date),
    quote.price, quote.price_at,
    lot.quantity, lot.cost, lot.bought_before, lot.cost_before,
    {", ".join(f"instrument.{name}" for name in _LISTED)}
FROM positions_position AS held
JOIN reference_listedinstrument AS instrument ON instrument.id = held.instrument_id
LEFT JOIN reference_latestquote AS quote ON quote.instrument_id = held.instrument_id
LEFT JOIN positions_dayopening AS opening ON opening.position_id = held.id
LEFT JOIN positions_dailyflow AS flow ON flow.position_id = held.id AND flow.day = %s::date
LEFT JOIN LATERAL (
    SELECT * FROM positions_lot
    WHERE %s::boolean AND position_id = held.id AND bought_before <= held.bought_quantity - held.quantity
    ORDER BY bought_before DESC LIMIT 1
) AS lot ON true
WHERE held.user_id = %s::uuid AND held.bought_quantity > 0
ORDER BY instrument.ticker
"""
)


class Flow(NamedTuple):
    """What was bought and sold in a period; money in minor units, fees included."""

    bought_quantity: int = 0
    bought_cost: int = 0
    sold_quantity: int = 0
    sold_proceeds: int = 0

    @property
    def net_quantity(self) -> int:
        """Units bought less units sold."""
        return self.bought_quantity - self.sold_quantity

    @property
    def net_invested(self) -> int:
        """What was paid less what was received."""
        return self.bought_cost - self.sold_proceeds


class PositionRow(NamedTuple):
    """A position that ever had a unit, as it is kept, and what it is valued by.

    Attributes:
        before_day: what it had come to when the market's day began.
        today: its flow of the day (UTC).
        market_day: how many days of the market have ended; None: none has.
        last_close: the last close before the day (UTC); None: there is none.
        splits: the ratios, old and new units, of its instrument's splits of the day (UTC).
        next_lot: that its next unit is sold from; only by FIFO.
    """

    quantity: int
    held_quantity: int
    cost_basis: int
    realized_pnl: int
    bought_quantity: int
    bought_cost: int
    updated_at: datetime
    before_day: Flow
    today: Flow
    market_day: int | None
    last_close: Decimal | None
    splits: list[tuple[int, int]]
    price: Decimal | None
    price_at: datetime | None
    next_lot: Lot | None
    instrument: ListedInstrument

    @property
    def ever(self) -> Flow:
        """All that was bought and sold so far; see :class:`Position`."""
        sold_quantity = self.bought_quantity - self.quantity
        sold_proceeds = self.realized_pnl - self.cost_basis + self.bought_cost
        return Flow(self.bought_quantity, self.bought_cost, sold_quantity, sold_proceeds)


def position_rows(*, user_id: UUID, today: date, by_fifo: bool) -> list[PositionRow]:
    """A customer's positions that ever had a unit, by ticker.

    Args:
        today: the day (UTC).
        by_fifo: with the lots that are sold next.
    """
    with connection.cursor() as cursor:
        cursor.execute(_POSITIONS, [today, today, today, by_fifo, user_id])
        return [_row(found) for found in cursor.fetchall()]


def _row(found: Sequence[Any]) -> PositionRow:
    """A row of :data:`_POSITIONS`, whose columns are in the order of the fields."""
    kept, before_day, today, of_market = found[:7], found[7:11], found[11:15], found[15:20]
    lot, listed = found[20:24], found[24:]
    next_lot = None
    if lot[0] is not None:
        next_lot = Lot(quantity=lot[0], cost=lot[1], bought_before=lot[2], cost_before=lot[3])
    instrument = ListedInstrument.from_db(connection.alias, _LISTED, listed)
    return PositionRow._make([*kept, Flow(*before_day), Flow(*today), *of_market, next_lot, instrument])
