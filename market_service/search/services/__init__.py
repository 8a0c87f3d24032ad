"""The only writer of the search's tables."""

from market_service.search.services.words_repair import WordsDiffering, words_check, words_repair
from market_service.search.services.words_write import InstrumentTexts, words_write
