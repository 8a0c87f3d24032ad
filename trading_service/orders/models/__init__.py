"""Orders, their fills and the history of their states.

The database itself refuses an illegal state, an illegal change of state and any change after a final
one (see the triggers in migration 0003); the application's role can neither change nor remove
fills and history, nor remove orders.
"""

from trading_service.orders.models.order import Order
from trading_service.orders.models.records import Fill, Liquidity, OrderTransition
from trading_service.orders.models.states import (
    FINAL,
    OPEN,
    TRANSITIONS,
    OrderType,
    Side,
    Status,
    TimeInForce,
)
from trading_service.orders.models.upkeep import DailyOrders, OrderDeadline, OrderReplacement
