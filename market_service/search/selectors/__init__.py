"""Finding instruments."""

from market_service.search.selectors.entries import entries_count, entries_page, entry_types
from market_service.search.selectors.found import Found, instruments_find
from market_service.search.selectors.ranking import COUNTED, RANKED
