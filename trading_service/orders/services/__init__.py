"""The use-cases of orders, one file each; the only writer of this app's tables."""

from trading_service.orders.services.order_cancel_request import order_cancel_request
from trading_service.orders.services.order_place import order_place
from trading_service.orders.services.order_replace_request import order_replace_request
from trading_service.orders.services.orders_cancel import orders_cancel
from trading_service.orders.services.orders_cancel_request import orders_cancel_request
from trading_service.orders.services.orders_expire import LIMIT as SWEEP_LIMIT
from trading_service.orders.services.orders_expire import deadlines_clamp, orders_expire
from trading_service.orders.services.orders_fill import orders_fill
from trading_service.orders.services.orders_reject import orders_reject
from trading_service.orders.services.orders_replace import orders_replace
from trading_service.orders.services.orders_rest import orders_rest
from trading_service.orders.services.orders_submit import orders_submit
