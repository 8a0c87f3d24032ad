"""Reading instruments."""

from market_service.instruments.selectors.instruments import (
    InstrumentList,
    instrument_get,
    instrument_ids,
    instrument_list,
    instrument_rows,
    instruments_by_ticker,
)
from market_service.instruments.selectors.ordered import ORDERINGS
