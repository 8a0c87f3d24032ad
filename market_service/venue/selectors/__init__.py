"""Reads of the book and the trades."""

from market_service.venue.selectors.depth import Depth, Level, depth
from market_service.venue.selectors.quantities import Quantities, breaches_count, quantities
from market_service.venue.selectors.trades import order_trades, trade_list

__all__ = [
    "Depth",
    "Level",
    "Quantities",
    "breaches_count",
    "depth",
    "order_trades",
    "quantities",
    "trade_list",
]
