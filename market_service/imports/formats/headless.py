"""A table without a header, recognised by the order of its cells: Finam, Stooq, T-Invest, a plain one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from market_service.imports.cells import Cells
from market_service.imports.columns import PRICES, meanings
from market_service.imports.date_format import looks_like_a_day
from market_service.imports.errors import BadFile
from market_service.imports.formats import Prices
from market_service.imports.formats.table import CellPicker

_UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|BBG[0-9A-Z]{9}|TCS[0-9A-Z]{9}", re.I)
_PERIOD = re.compile(r"[DWM]|[0-9]{1,2}|60|H", re.I)


def is_headless(cells: Cells) -> bool:
    """Whether the first row is already one of prices."""
    first = cells.head[0][1]
    return len(meanings(first, PRICES)) < 3 and any(_is_day(cell) for cell in first)


def headless_of(cells: Cells) -> Prices:
    """The prices of a table that begins at once.

    Raises:
        BadFile: the order of its cells is not known.
    """
    first = cells.head[0][1]
    day = next(place for place, cell in enumerate(first) if _is_day(cell))
    places = {"day": day}
    uid = day == 1 and bool(_UID.fullmatch(first[0].strip()))
    if day >= 1:
        places["ticker"] = 0
    if day == 2 and _PERIOD.fullmatch(first[1].strip()):
        places["period"] = 1
    elif day >= 2:
        raise BadFile(_unknown(first))
    then = day + 1
    if "period" in places or re.fullmatch(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?|[0-9]{6}", first[then].strip()):
        places["time"] = then
        then += 1
    order = ("open", "close", "high", "low", "volume") if uid else ("open", "high", "low", "close", "volume")
    if len(first) < then + 4 or not all(re.search("[0-9]", cell) for cell in first[then : then + 4]):
        raise BadFile(_unknown(first))
    places |= {name: then + n for n, name in enumerate(order) if then + n < len(first)}
    pick = CellPicker(places, len(first))
    sample = [picked for _line, picked in (pick(row) for row in cells.head) if picked]
    return Prices(
        sample,
        map(pick, cells.rows),
        _("no header; taken as %s") % ", ".join(sorted(places, key=places.__getitem__)),
        names_tickers="ticker" in places,
        intraday=uid,
        zone="Europe/Moscow" if uid else "",
        comma_likely=cells.separator == ";",
        notes=[_("volumes are taken as they are written, in lots")] if uid else [],
    )


def _is_day(cell: str) -> bool:
    return looks_like_a_day(cell) and not re.fullmatch(r"\s*[0-9]{9,10}\s*", cell)


def _unknown(first: Sequence[str]) -> str:
    return _("there is no header, and the order of the columns is not known: %s") % ", ".join(first[:10])
