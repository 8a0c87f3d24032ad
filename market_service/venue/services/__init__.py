"""The use-cases of the venue; the only writer of its tables."""

from market_service.venue.services.book_clear import book_clear
from market_service.venue.services.house import (
    instrument_house,
    instrument_open,
    instrument_reissue,
    instrument_reprice,
)
from market_service.venue.services.market_advance import market_advance, market_go
from market_service.venue.services.order_cancel import order_cancel
from market_service.venue.services.orders_execute import orders_execute
from market_service.venue.services.orders_expire import orders_expire
from market_service.venue.services.quantities_reconcile import Breach, quantities_reconcile, sold_restate
from market_service.venue.services.quotes_advance import quote_step, quotes_advance
