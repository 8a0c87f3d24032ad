"""Reading instruments."""

from market_service.instruments.selectors.instruments import (
    ORDERINGS,
    instrument_get,
    instrument_ids,
    instrument_list,
    instruments_by_ticker,
)
from market_service.instruments.selectors.search import (
    instrument_search,
    search_forget,
    search_prepare,
)

__all__ = [
    "ORDERINGS",
    "instrument_get",
    "instrument_ids",
    "instrument_list",
    "instrument_search",
    "instruments_by_ticker",
    "search_forget",
    "search_prepare",
]
