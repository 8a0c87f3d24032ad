"""Reads of the book and the trades."""

from market_service.venue.selectors.depth import Depth, Level, depth
from market_service.venue.selectors.due import orders_expired, tick_due
from market_service.venue.selectors.quantities import (
    Quantities,
    UnitsTraded,
    breaches_count,
    quantities,
    units_traded,
)
from market_service.venue.selectors.trades import order_trades, trade_list
