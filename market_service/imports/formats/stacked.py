"""Two header rows, prices over tickers or tickers over prices, as yfinance writes them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from market_service.imports.cells import Cells, Row
from market_service.imports.columns import NEEDED, PRICES, meanings, plain
from market_service.imports.errors import BadFile
from market_service.imports.formats import PriceCells, Prices

_KNOWN = {name: meaning for meaning, names in PRICES.items() for name in names}


def is_stacked(cells: Cells) -> bool:
    """Whether three rows of header stand above the prices, the third with the name of the index alone."""
    if len(cells.head) < 3:
        return False
    third = cells.head[2][1]
    return _KNOWN.get(plain(third[0])) == "day" and not any(third[1:]) and len(third) > 1


def stacked_of(cells: Cells) -> Prices:
    """The prices of each ticker in the header.

    Raises:
        BadFile: a column is missing.
    """
    above, below = cells.head[0][1], cells.head[1][1]
    prices, tickers = (above, below) if _prices(above) >= _prices(below) else (below, above)
    columns: dict[str, list[int]] = {}
    for place, ticker in enumerate(tickers):
        if place and ticker.strip():
            columns.setdefault(ticker.strip(), []).append(place)
    takes: list[tuple[str, dict[str, int]]] = []
    for ticker, own in columns.items():
        found = {name: own[place] for name, place in meanings([prices[p] for p in own], PRICES).items()}
        if missing := [name for name in NEEDED if name != "day" and name not in found]:
            raise BadFile(_("these are not prices: there is no column for %s") % ", ".join(missing))
        takes.append((ticker, found))

    def shaped(row: Row) -> Iterator[tuple[int, PriceCells | None]]:
        line, found = row
        if len(found) != len(tickers):
            yield line, None
            return
        for ticker, places in takes:
            yield line, PriceCells(ticker, found[0], **{name: found[place] for name, place in places.items()})

    for _header in range(3):
        next(cells.rows)
    sample = [picked for row in cells.head[3:] for _line, picked in shaped(row) if picked]
    rows = (one for row in cells.rows for one in shaped(row))
    return Prices(sample, rows, _("two rows of header, with the tickers %s") % ", ".join(list(columns)[:10]))


def _prices(row: list[str]) -> int:
    return sum(_KNOWN.get(plain(name)) in PriceCells._fields for name in row[1:])
