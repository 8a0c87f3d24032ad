"""A table with one header row, the form of most sources."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import itemgetter

from django.utils.translation import gettext as _

from market_service.imports.cells import Cells, Row
from market_service.imports.columns import NEEDED, PRICES, meanings
from market_service.imports.errors import BadFile
from market_service.imports.formats import PriceCells, Prices

_Shaped = tuple[int, PriceCells | None]


def table_of(cells: Cells) -> Prices:
    """The prices of a table whose first row is its header.

    Raises:
        BadFile: a column is missing.
    """
    header = cells.head[0][1]
    places = meanings(header, PRICES)
    missing = [name for name in NEEDED if name not in places]
    if missing:
        raise BadFile(_not_prices(header, missing))
    pick = CellPicker(places, len(header))
    next(cells.rows)
    sample = [picked for _line, picked in (pick(row) for row in cells.head[1:]) if picked]
    return Prices(
        sample,
        map(pick, cells.rows),
        _("a header: %s") % ", ".join(name.strip() for name in header if name.strip()),
        names_tickers="ticker" in places,
        zone="Europe/Moscow" if header[places["day"]].strip() == "UTC" else "",
        comma_likely=cells.separator == ";" or bool(re.search("[а-яё]", " ".join(header), re.I)),
        notes=[] if "volume" in places else [_("there is no column of volumes: they are 0")],
    )


class CellPicker:
    """Picks the known cells of a row, in the order of :class:`PriceCells`."""

    def __init__(self, places: dict[str, int], width: int) -> None:
        self._width = width
        self._needed = max(places.values()) + 1
        self._take = itemgetter(*(places.get(name, width) for name in PriceCells._fields))

    def __call__(self, row: Row) -> _Shaped:
        line, cells = row
        if len(cells) != self._width:
            if any(cells[self._width :]) or len(cells) < self._needed:
                return line, None
            cells = cells[: self._width] + [""] * (self._width - len(cells))
        return line, PriceCells._make(self._take([*cells, ""]))


def _not_prices(header: Sequence[str], missing: list[str]) -> str:
    names = " ".join(header).lower()
    if "split" in names or {"before", "after"} <= {name.strip().lower() for name in header}:
        return _("these are splits, not prices")
    if "dividend" in names or "registry_close" in names:
        return _("these are dividends, not prices")
    if len(missing) == len(NEEDED):
        return _("these are not prices: there is no header with a date, open, high, low and close")
    return _("these are not prices: there is no column for %s") % ", ".join(missing)
