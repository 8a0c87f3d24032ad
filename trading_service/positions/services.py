"""The only writer of positions: each change is one conditional statement, so races have one winner.

All run inside the transaction of the order that causes them.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils import timezone

from servicekit.ids import new_id
from trading_service.positions.errors import InsufficientPosition, PositionInconsistent
from trading_service.positions.models import Position
from trading_service.positions.selectors import position_available

_BUY = """
INSERT INTO positions_position AS known
    (id, user_id, instrument_id, quantity, held_quantity, cost_basis, realized_pnl, updated_at)
VALUES (%s, %s, %s, %s, 0, %s, 0, %s)
ON CONFLICT (user_id, instrument_id) DO UPDATE SET
    quantity = known.quantity + excluded.quantity,
    cost_basis = known.cost_basis + excluded.cost_basis,
    updated_at = excluded.updated_at
"""

# round() of a NUMERIC is half away from zero, as servicekit.money rounds; all right-hand sides see
# the row as it was before.
_SELL = """
UPDATE positions_position SET
    quantity = quantity - %(quantity)s,
    held_quantity = held_quantity - %(quantity)s,
    cost_basis = cost_basis - round(cost_basis::numeric * %(quantity)s / quantity)::bigint,
    realized_pnl = realized_pnl + %(proceeds)s
                   - round(cost_basis::numeric * %(quantity)s / quantity)::bigint,
    updated_at = %(now)s
WHERE user_id = %(user_id)s AND instrument_id = %(instrument_id)s AND held_quantity >= %(quantity)s
"""


def position_hold(*, user_id: UUID, instrument_id: UUID, quantity: int) -> None:
    """Set units aside for a sell.

    Raises:
        InsufficientPosition: fewer than ``quantity`` units are owned and free; nothing was changed.
    """
    held = Position.objects.filter(
        user_id=user_id, instrument_id=instrument_id, quantity__gte=F("held_quantity") + quantity
    ).update(held_quantity=F("held_quantity") + quantity, updated_at=timezone.now())
    if not held:
        available = position_available(user_id=user_id, instrument_id=instrument_id)
        raise InsufficientPosition(limit=available, value=quantity)


def position_release(*, user_id: UUID, instrument_id: UUID, quantity: int) -> None:
    """Give back what was set aside for a sell that will not be filled.

    Raises:
        PositionInconsistent: so many were not held.
    """
    released = Position.objects.filter(
        user_id=user_id, instrument_id=instrument_id, held_quantity__gte=quantity
    ).update(held_quantity=F("held_quantity") - quantity, updated_at=timezone.now())
    if not released:
        raise PositionInconsistent(user_id=user_id, instrument_id=instrument_id, quantity=quantity)


def position_buy(*, user_id: UUID, instrument_id: UUID, quantity: int, cost: int) -> None:
    """Add bought units.

    Args:
        cost: what was paid for them, fee included, in minor units.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BUY, [new_id(), user_id, instrument_id, quantity, cost, timezone.now()])


def position_sell(*, user_id: UUID, instrument_id: UUID, quantity: int, proceeds: int) -> None:
    """Take sold units, held before, out of the position and realize the profit or loss.

    Args:
        proceeds: what the sale brought, fee deducted, in minor units.

    Raises:
        PositionInconsistent: so many were not held.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SELL,
            {
                "user_id": user_id,
                "instrument_id": instrument_id,
                "quantity": quantity,
                "proceeds": proceeds,
                "now": timezone.now(),
            },
        )
        if cursor.rowcount != 1:
            raise PositionInconsistent(user_id=user_id, instrument_id=instrument_id, quantity=quantity)
