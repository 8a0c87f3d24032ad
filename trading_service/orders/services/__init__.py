"""The use-cases of orders, one file each; the only writer of this app's tables."""

from trading_service.orders.services.changes import Cause
from trading_service.orders.services.order_cancel import order_cancel
from trading_service.orders.services.order_cancel_request import order_cancel_request
from trading_service.orders.services.order_fill import order_fill
from trading_service.orders.services.order_place import order_place
from trading_service.orders.services.order_reject import order_reject
from trading_service.orders.services.order_submit import order_submit

__all__ = [
    "Cause",
    "order_cancel",
    "order_cancel_request",
    "order_fill",
    "order_place",
    "order_reject",
    "order_submit",
]
