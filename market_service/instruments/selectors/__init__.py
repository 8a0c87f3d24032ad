"""Reading instruments."""

from market_service.instruments.selectors.instruments import (
    ORDERINGS,
    InstrumentList,
    instrument_get,
    instrument_ids,
    instrument_list,
    instrument_rows,
    instruments_by_ticker,
)

__all__ = [
    "ORDERINGS",
    "InstrumentList",
    "instrument_get",
    "instrument_ids",
    "instrument_list",
    "instrument_rows",
    "instruments_by_ticker",
]
