"""The only writer of positions, inside the transaction of the orders, or the split, that cause the change."""

from trading_service.positions.services.moves import (
    Move,
    Movement,
    position_hold,
    positions_move,
    positions_open_day,
)
from trading_service.positions.services.splits import (
    PositionsHeld,
    PositionSplit,
    Prices,
    Ratio,
    positions_split,
)
