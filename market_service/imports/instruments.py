"""Reads a list of instruments: the entries, and all errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from market_service.file_errors import FileError, FileErrors
from market_service.imports.cells import Cells
from market_service.imports.columns import INSTRUMENTS, meanings
from market_service.imports.decode import Progress, Table, opened
from market_service.imports.errors import BadFile, BadRow, shown
from market_service.imports.instrument_fields import FIELDS
from market_service.imports.number_format import NOTHING, NumberFormat, number_format_of
from market_service.imports.options import ImportOptions
from market_service.imports.recognise import cells_read, is_list
from market_service.imports.tickers import allowed
from market_service.instruments.limits import LONGEST_NAME

#: What is taken where nobody says anything.
DEFAULT_ISSUED, DEFAULT_STEP = 10**9, Decimal("0.01")

_CURRENCIES = {"SUR": "RUB", "RUR": "RUB"}
_TRAILER = "file creation time"


@dataclass(frozen=True)
class ListedInstrument:
    """One entry of a list.

    Attributes:
        values: of the instrument's fields, those that the list states.
        guessed: of the fields it does not state, those that something in it lets guess.
        price: the latest, if it has one.
    """

    ticker: str
    line: int
    values: Mapping[str, Any]
    guessed: Mapping[str, Any]
    price: Decimal | None = None


@dataclass
class InstrumentFile:
    """The result of reading a list; if there are errors, nothing may be listed."""

    path: Path
    errors: FileErrors = field(default_factory=FileErrors)
    left_out: FileErrors = field(default_factory=FileErrors)
    recognised: list[str] = field(default_factory=list)
    instruments: dict[str, ListedInstrument] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    currencies: set[str] = field(default_factory=set)
    shortened: list[str] = field(default_factory=list)


def instruments_read(
    path: Path, *, options: ImportOptions, progress: Progress | None = None
) -> InstrumentFile:
    """Read a list of instruments.

    Args:
        path: CSV (``ticker,name`` at least; MOEX's and NASDAQ's names of columns are known), XLSX or JSON, as
            it is, in gzip or ZIP.

    Raises:
        OSError: it cannot be read.
    """
    file = InstrumentFile(path)
    try:
        with opened(path, encoding=options.encoding, progress=progress) as tables:
            for table in tables:
                if (cells := cells_read(table)) is not None:
                    _table(file, table, cells, options)
        if not file.instruments and not file.errors:
            raise BadFile(_("there are no rows"))
    except BadFile as error:
        file.errors.add(FileError(_("the file"), error.where or path.name, error.reason))
    return file


def _table(file: InstrumentFile, table: Table, cells: Cells, options: ImportOptions) -> None:
    if not is_list(cells):
        raise BadFile(
            _("this is not a list of instruments: there are no columns for a ticker and a name (or ISIN)")
        )
    header = cells.head[0][1]
    places = meanings(header, INSTRUMENTS)
    rows = [dict(zip(places, (row[p] if p < len(row) else "" for p in places.values()), strict=True))
            for _line, row in cells.head[1:]]  # fmt: skip
    prices = [row.get("price", "") for row in rows]
    numbers = number_format_of(
        (price for price in prices if price.strip().casefold() not in NOTHING),
        decimal_mark=options.decimal,
        comma_likely=False,
    )
    boards = {row.get("board", "").strip() for row in rows} - {""}
    main = (
        {options.board} if options.board else {board for board in boards if board.startswith("TQ")} or boards
    )
    file.recognised.append(
        "; ".join(
            (
                table.encoding,
                cells.words,
                _("a header: %s") % ", ".join(header[p].strip() for p in places.values()),
            )
        )
    )
    next(cells.rows)
    for line, found in cells.rows:
        where = _("line %d") % line
        row = {name: found[place].strip() if place < len(found) else "" for name, place in places.items()}
        row = {name: "" if value.casefold() in NOTHING else value for name, value in row.items()}
        if row["ticker"].casefold().startswith(_TRAILER):
            continue
        if why := _skip_reason(row, main):
            file.left_out.add(
                FileError(why, row["ticker"] or where, row.get("status") or row.get("board", "") or where)
            )
            continue
        _instrument(file, line, where, row, numbers, options)


def _skip_reason(row: Mapping[str, str], boards: set[str]) -> str:
    if row.get("test", "").upper() == "Y":
        return _("test issues")
    if row.get("status", "A").upper() not in ("A", ""):
        return _("instruments that do not trade (status)")
    if row.get("board", "") not in boards and row.get("board"):
        return _("instruments of other boards")
    return ""


def _instrument(
    file: InstrumentFile,
    line: int,
    where: str,
    row: Mapping[str, str],
    numbers: NumberFormat,
    options: ImportOptions,
) -> None:
    ticker = allowed(row["ticker"])
    bad: list[BadRow] = []
    if not ticker:
        reason = _("%s cannot be a ticker: up to twelve letters, digits and . - _ &") % shown(row["ticker"])
        bad.append(BadRow(_("ticker"), reason))
    values: dict[str, Any] = {}
    guessed: dict[str, Any] = {}
    price: Decimal | None = None
    for name, read in FIELDS.items():
        if row.get(name):
            try:
                values |= read(row[name], numbers)
            except BadRow as error:
                bad.append(error)
    if row.get("price"):
        try:
            price = numbers.price("price", row["price"])
        except BadRow as error:
            bad.append(error)
    for fault in bad:
        file.errors.add(fault.at(f"{where} ({ticker or row['ticker']})"))
    if bad:
        return
    currency = row.get("currency", "").upper()
    if currency:
        file.currencies.add(_CURRENCIES.get(currency, currency))
    _names(file, ticker, row, values, guessed)
    if "price_step" not in values:
        _step(row, price, values, guessed, options)
    if options.simulated:
        values["simulated"] = True
    if row["ticker"] != ticker:
        file.renamed[row["ticker"]] = ticker
    new = ListedInstrument(ticker, line, values, guessed, price)
    before = file.instruments.setdefault(ticker, new)
    if before is not new and (before.values, before.price) != (values, price):
        reason = _("%(ticker)s is already in line %(line)d, with other values") % {
            "ticker": ticker,
            "line": before.line,
        }
        file.errors.add(FileError(_("a duplicate ticker"), where, reason))


def _names(
    file: InstrumentFile, ticker: str, row: Mapping[str, str], values: dict[str, Any], guessed: dict[str, Any]
) -> None:
    """Both names; where a list has but one, it is the other, too."""
    if name := row.get("name"):
        values.setdefault("name_ru" if re.search("[а-яё]", name, re.I) else "name_en", name)
    either = values.get("name_en") or values.get("name_ru") or ticker
    for name in ("name_en", "name_ru"):
        if name not in values:
            guessed[name] = either
    for known in (values, guessed):
        for name in ("name_en", "name_ru"):
            if len(known.get(name, "")) > LONGEST_NAME:
                known[name] = known[name][: LONGEST_NAME - 1] + "…"
                if ticker not in file.shortened:
                    file.shortened.append(ticker)


def _step(
    row: Mapping[str, str],
    price: Decimal | None,
    values: dict[str, Any],
    guessed: dict[str, Any],
    options: ImportOptions,
) -> None:
    """The price step where no column has it: by the decimals, the option, or the price's digits."""
    if row.get("decimals", "").isdigit() and int(row["decimals"]) <= 6:
        values["price_step"] = Decimal(1).scaleb(-int(row["decimals"]))
    elif options.price_step is not None:
        values["price_step"] = options.price_step
    elif price is not None:
        digits = -int(price.normalize().as_tuple().exponent)
        guessed["price_step"] = min(DEFAULT_STEP, Decimal(1).scaleb(-min(max(digits, 0), 6)))


def defaults(options: ImportOptions) -> dict[str, Any]:
    """What an instrument has of which neither its list nor anything in it says more."""
    return {
        "isin": "",
        "type": options.type or "share",
        "description_en": "",
        "description_ru": "",
        "lot_size": options.lot_size or 1,
        "price_step": options.price_step or DEFAULT_STEP,
        "issued_quantity": options.issued_quantity or DEFAULT_ISSUED,
        "simulated": options.simulated,
    }
