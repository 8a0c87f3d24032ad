"""The use-cases of candles; the only writer of its tables."""

from market_service.candles.services.purge import candles_purge
from market_service.candles.services.record import Change, candles_record
from market_service.candles.services.roll_up import candles_forget, candles_roll_up, day_close
from market_service.candles.services.split import candles_split, in_new_units
