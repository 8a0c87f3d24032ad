"""A column of closes for each ticker: open, high and low are the close then."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from market_service.imports.cells import Cells, Row
from market_service.imports.columns import PRICES, meanings
from market_service.imports.formats import PriceCells, Prices
from market_service.imports.tickers import Tickers


def is_wide(cells: Cells, tickers: Tickers) -> bool:
    """Whether the header has a date and, beside it, nothing but names that are listed (or may be)."""
    header = [name.strip() for name in cells.head[0][1]]
    found = meanings(header, PRICES)
    names = [name for place, name in enumerate(header) if place != found.get("day") and name]
    return set(found) == {"day"} and bool(names) and all(tickers.knows(name) for name in names)


def wide_of(cells: Cells) -> Prices:
    """The closes of each ticker in the header."""
    header = [name.strip() for name in cells.head[0][1]]
    day = meanings(header, PRICES)["day"]
    names = {place: name for place, name in enumerate(header) if place != day and name}

    def shaped(row: Row) -> Iterator[tuple[int, PriceCells | None]]:
        line, found = row
        if len(found) != len(header):
            yield line, None
            return
        for place, name in names.items():
            close = found[place]
            yield line, PriceCells(name, found[day], open=close, high=close, low=close, close=close)

    next(cells.rows)
    sample = [picked for row in cells.head[1:] for _line, picked in shaped(row) if picked]
    rows = (one for row in cells.rows for one in shaped(row))
    return Prices(sample, rows, _("a column of closes for each of %d tickers") % len(names), closes_only=True)
