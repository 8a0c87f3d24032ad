"""Reads of positions."""

from trading_service.positions.selectors.amounts import value_of
from trading_service.positions.selectors.history import LONGEST_DAYS, DayValue, History, portfolio_history
from trading_service.positions.selectors.portfolio import (
    Holding,
    Portfolio,
    portfolio_get,
    position_available,
)
