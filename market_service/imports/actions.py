"""Reads files of dividends and splits: a row each, of one instrument or of several."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

from django.utils.translation import gettext as _

from market_service.file_errors import FileError, FileErrors
from market_service.imports.cells import Cells
from market_service.imports.columns import meanings
from market_service.imports.date_format import DateFormat, date_format_of
from market_service.imports.decode import opened
from market_service.imports.errors import BadFile, BadRow, shown
from market_service.imports.options import ImportOptions
from market_service.imports.recognise import cells_read

#: Meaning → the names that columns have for it.
ACTIONS: dict[str, tuple[str, ...]] = {
    "ticker": ("ticker", "secid", "symbol", "тикер"),
    "day": ("date", "day", "exdate", "registryclose", "registryclosedate", "дата"),
    "per_unit": ("amount", "dividends", "dividend", "value", "дивиденд"),
    "old_units": ("before", "oldunits", "old"),
    "new_units": ("after", "newunits", "new"),
    "ratio": ("stocksplits", "ratio", "splitratio"),
    "currency": ("currency", "currencyid"),
}

#: The largest number of one side of a ratio that is written as a decimal.
_LARGEST_SIDE = 10_000


@dataclass(frozen=True)
class ListedAction:
    """A row: of a dividend ``per_unit``, of a split both numbers of units; the currency if it says one."""

    line: int
    ticker: str
    day: date
    per_unit: Decimal | None = None
    old_units: int | None = None
    new_units: int | None = None
    currency: str = ""


@dataclass
class ActionFile:
    """A file's actions, and its errors; with any error nothing of it is to be used."""

    actions: list[ListedAction] = field(default_factory=list)
    errors: FileErrors = field(default_factory=FileErrors)


def actions_read(path: Path, *, options: ImportOptions, latest: date) -> ActionFile:
    """Read a file of dividends or splits.

    Args:
        latest: a day after it is an error.

    Raises:
        OSError: it cannot be read.
    """
    file = ActionFile()
    try:
        with opened(path, encoding=options.encoding) as tables:
            for table in tables:
                if (cells := cells_read(table)) is not None:
                    _read(file, cells, options, latest)
    except BadFile as error:
        file.errors.add(FileError(_("the file"), error.where or path.name, error.reason))
    return file


def _read(file: ActionFile, cells: Cells, options: ImportOptions, latest: date) -> None:
    header = cells.head[0][1]
    found = meanings(header, ACTIONS)
    split = {"old_units", "new_units"} <= found.keys() or "ratio" in found
    if "day" not in found or not (split or "per_unit" in found):
        raise BadFile(_("these are neither dividends (date, amount) nor splits (date, before, after)"))
    if "ticker" not in found and not options.ticker:
        raise BadFile(_("the file has no ticker: set it with --ticker"))
    rows = list(_rows(cells, found))
    if not rows:
        raise BadFile(_("there are no rows"))
    days = date_format_of(
        [row["day"] for _line, row in rows], date_order=options.dates, zone=options.zone, today=latest
    )
    for line, row in rows:
        try:
            file.actions.append(_action(line, row, split, days, options))
        except BadRow as error:
            file.errors.add(error.at(_("line %d") % line))


def _rows(cells: Cells, found: dict[str, int]) -> Iterator[tuple[int, dict[str, str]]]:
    header_line = cells.head[0][0]
    for line, row in cells.rows:
        if line != header_line:
            yield line, {name: row[at].strip() if at < len(row) else "" for name, at in found.items()}


def _action(
    line: int, row: dict[str, str], split: bool, days: DateFormat, options: ImportOptions
) -> ListedAction:
    ticker = (options.ticker or row.get("ticker", "")).upper()
    day = date.fromisoformat(days.at(row["day"])[0])
    currency = row.get("currency", "").upper()
    if not split:
        return ListedAction(line, ticker, day, per_unit=_decimal(row["per_unit"]), currency=currency)
    if "ratio" in row:
        ratio = Fraction(_decimal(row["ratio"])).limit_denominator(_LARGEST_SIDE)
        return ListedAction(line, ticker, day, old_units=ratio.denominator, new_units=ratio.numerator)
    old, new = (_decimal(row[name]) for name in ("old_units", "new_units"))
    if old != int(old) or new != int(new):
        raise BadRow(_("a ratio"), _("units are whole numbers"))
    return ListedAction(line, ticker, day, old_units=int(old), new_units=int(new))


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 < value < 10**12:
        raise BadRow(_("a number"), _("%s is not a number above zero") % shown(text))
    return value
