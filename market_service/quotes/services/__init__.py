"""The use-cases of quotes; the only writer of its tables."""

from market_service.quotes.services.prices_import import PricesImported, prices_import
from market_service.quotes.services.quote_open import quote_open, quote_reaffirm, quote_stand
from market_service.quotes.services.quotes_tick import quotes_tick

__all__ = [
    "PricesImported",
    "prices_import",
    "quote_open",
    "quote_reaffirm",
    "quote_stand",
    "quotes_tick",
]
