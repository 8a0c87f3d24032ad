"""Recognises the format of a table, and its date and number formats."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from market_service.imports.cells import Cells, cells_of
from market_service.imports.columns import INSTRUMENTS, NEEDED, PRICES, meanings
from market_service.imports.date_format import DateFormat, date_format_of
from market_service.imports.decode import Table, opened
from market_service.imports.errors import BadFile, BadRow
from market_service.imports.formats import Prices
from market_service.imports.formats.documents import rows_of
from market_service.imports.formats.headless import headless_of, is_headless
from market_service.imports.formats.stacked import is_stacked, stacked_of
from market_service.imports.formats.table import table_of
from market_service.imports.formats.wide import is_wide, wide_of
from market_service.imports.number_format import NOTHING, NumberFormat, number_format_of
from market_service.imports.options import ImportOptions
from market_service.imports.tickers import Tickers

#: Finam's ``PER``: what a row is of.
_WHOLE_DAY = {"D", "DAY", "1440"}
_LONGER = {"W", "M", "WEEK", "MONTH", "10080"}


@dataclass
class Recognised:
    """A recognised price table, and how to parse its cells."""

    prices: Prices
    days: DateFormat
    numbers: NumberFormat
    words: str


def cells_read(table: Table) -> Cells | None:
    """The cells of a table, whatever it was; None when it is empty.

    Raises:
        BadFile: they cannot be told apart.
    """
    if table.document is not None:
        table.rows = rows_of(table.document)
    return cells_of(table)


def is_list(cells: Cells) -> bool:
    """Whether a table lists instruments rather than prices."""
    header = cells.head[0][1]
    found, prices = meanings(header, INSTRUMENTS), meanings(header, PRICES)
    named = {"name", "name_en", "name_ru", "isin", "lot_size"} & found.keys()
    return "ticker" in found and bool(named) and not all(name in prices for name in NEEDED)


def holds_list(path: Path, options: ImportOptions) -> bool:
    """Whether a file's first table is a list of instruments; no when it cannot be read."""
    try:
        with opened(path, encoding=options.encoding) as tables:
            cells = next((found for table in tables if (found := cells_read(table)) is not None), None)
            return cells is not None and is_list(cells)
    except (BadFile, OSError):
        return False


def recognised(
    table: Table, cells: Cells, tickers: Tickers, options: ImportOptions, today: date
) -> Recognised:
    """How a table of prices is read.

    Raises:
        BadFile: it has none, or leaves a question open; the reason names the option that answers it.
    """
    if is_stacked(cells):
        prices = stacked_of(cells)
    elif is_headless(cells):
        prices = headless_of(cells)
    elif is_list(cells):
        raise BadFile(
            _("this is a list of instruments, not prices: make import takes both, import_instruments lists")
        )
    elif is_wide(cells, tickers):
        prices = wide_of(cells)
    else:
        prices = table_of(cells)
    if not prices.sample:
        raise BadFile(_("there are no rows"))
    zone = options.zone or (ZoneInfo(prices.zone) if prices.zone else None)
    days = date_format_of(
        [row.day for row in prices.sample], date_order=options.dates, zone=zone, today=today
    )
    likely = prices.comma_likely or "." in prices.sample[0].day[:3]
    written = (cell for row in prices.sample for cell in row[3:7] if cell.strip().casefold() not in NOTHING)
    numbers = number_format_of(written, decimal_mark=options.decimal, comma_likely=likely)
    _whole_days(prices, days, options)
    words = [table.encoding, cells.words, prices.words, _("days as %s") % days.words, numbers.words]
    if prices.closes_only:
        words.append(_("only closes: open, high and low are the close"))
    if prices.intraday:
        words.append(_("intraday rows, combined into days"))
    return Recognised(prices, days, numbers, "; ".join(dict.fromkeys(words)))


def _whole_days(prices: Prices, days: DateFormat, options: ImportOptions) -> None:
    """Tell parts of days from days, and refuse what is longer.

    Raises:
        BadFile: the rows are of weeks or months.
    """
    periods = {row.period.strip().upper() for row in prices.sample} - {""}
    if longer := periods & _LONGER:
        raise BadFile(_("PER is %s: only days, or parts of them, can be imported") % longer.pop())
    seen: dict[str, list[tuple[str, int]]] = {}
    for row in prices.sample:
        try:
            seen.setdefault(row.ticker, []).append(days.at(row.day, row.time))
        except BadRow:
            continue
    moments = [moment for own in seen.values() for moment in own]
    if periods - _WHOLE_DAY or (not periods and any(_times(own) for own in seen.values())):
        prices.intraday = True
    if prices.intraday or options.interval == "day" or not moments:
        return
    for own in seen.values():
        dates = sorted({date.fromisoformat(day).toordinal() for day, _at in own})
        gaps = [after - before for before, after in itertools.pairwise(dates)]
        if len(gaps) >= 3 and all(gap in (6, 7, 8, 14) for gap in gaps):
            raise BadFile(
                _("the rows are a week apart: only days can be imported (--interval day if they are)")
            )
        if len(gaps) >= 3 and all(28 <= gap <= 31 for gap in gaps):
            raise BadFile(
                _("the rows are a month apart: only days can be imported (--interval day if they are)")
            )


def _times(own: list[tuple[str, int]]) -> bool:
    """Whether a day is there at different times."""
    times: dict[str, int] = {}
    return any(times.setdefault(day, at) != at for day, at in own)
