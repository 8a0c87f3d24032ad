"""Finding instruments."""

from market_service.search.selectors.entries import entries_count, entries_page, entry_types
from market_service.search.selectors.found import Found, instruments_find

__all__ = ["Found", "entries_count", "entries_page", "entry_types", "instruments_find"]
