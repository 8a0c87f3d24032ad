"""The use-cases of quotes; the only writer of its tables."""

from market_service.quotes.services.day_close import closes_are_published, day_close, day_go
from market_service.quotes.services.imported_file import imported_before, imported_digest, imported_note
from market_service.quotes.services.market_start import market_start, opening_closes
from market_service.quotes.services.prices_import import PricesImported, prices_import
from market_service.quotes.services.quote_open import FirstQuote, quote_reaffirm, quote_stand, quotes_open
from market_service.quotes.services.quote_set import quote_set
from market_service.quotes.services.quote_split import quote_split
from market_service.quotes.services.quotes_begin_again import quotes_begin_again
from market_service.quotes.services.quotes_tick import Move, quote_follow, quotes_tick
