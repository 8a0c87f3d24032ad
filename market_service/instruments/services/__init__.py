"""The use-cases of instruments; the only writer of its tables."""

from market_service.instruments.services.catalogue_load import CatalogueLoaded, catalogue_load
from market_service.instruments.services.instrument_edit import (
    instrument_edit,
    instrument_halt,
    instrument_house,
    instrument_open,
    instrument_reissue,
    instrument_reprice,
)
from market_service.instruments.services.instrument_split import (
    AfterSplit,
    instrument_split,
    instrument_split_begin,
)
from market_service.instruments.services.instruments_import import InstrumentsImported, instruments_import
from market_service.instruments.services.market_check import MarketChecked, market_check
from market_service.instruments.services.prices_load import PricesLoaded, prices_load
from market_service.instruments.services.quantity import (
    LockedInstrument,
    instruments_lock,
    instruments_read,
    quantities_move,
)
