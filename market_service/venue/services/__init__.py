"""The use-cases of the venue; the only writer of its tables."""

from market_service.venue.services.orders_cancel import orders_cancel
from market_service.venue.services.orders_execute import orders_execute
from market_service.venue.services.quantities_reconcile import Breach, quantities_reconcile

__all__ = ["Breach", "orders_cancel", "orders_execute", "quantities_reconcile"]
