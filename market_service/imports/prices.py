"""Reads and checks a price file as a whole: one price per ticker and day, or all errors."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from market_service.file_errors import FileError, FileErrors
from market_service.imports.decode import Progress, Table, opened
from market_service.imports.errors import BadFile, BadRow
from market_service.imports.formats import PriceCells
from market_service.imports.jumps import Jumps
from market_service.imports.number_format import NOTHING, NumberFormat, PriceTooPrecise
from market_service.imports.options import ImportOptions
from market_service.imports.recognise import Recognised, cells_read, recognised
from market_service.imports.staging import StagedRow, Staging
from market_service.imports.tickers import Tickers, ticker_of_file

#: NSE's series of shares that everybody trades; the others are block deals, bonds and the like.
_SERIES = frozenset({"", "EQ", "BE", "BZ", "SM", "ST"})
#: Columns of events that are no prices: kind, and the values that mean none.
_NO_DIVIDEND, _NO_SPLIT = frozenset({"0"}), frozenset({"0", "1"})


@dataclass
class PriceFile:
    """The result of reading a price file.

    Attributes:
        errors: if there are any, nothing may be loaded.
        left_out: rows that are no prices or not the ones meant, by kind.
        recognised: as what, by member.
        warnings: what a person should look at.
        tickers: name in the file → ticker.
    """

    path: Path
    errors: FileErrors = field(default_factory=FileErrors)
    left_out: FileErrors = field(default_factory=FileErrors)
    recognised: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: FileErrors = field(default_factory=FileErrors)
    tickers: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    days: int = 0
    first: str = ""
    last: str = ""
    staging: Staging = field(default_factory=Staging)

    def prices(self) -> Iterator[StagedRow]:
        """One row for each ticker and day, in that order; only of a file without faults."""
        for own in self.staging.days():
            yield _put_together(own)

    def close(self) -> None:
        self.staging.close()


def prices_read(
    path: Path,
    *,
    listed: Container[str],
    options: ImportOptions,
    today: date,
    progress: Progress | None = None,
) -> PriceFile:
    """Read a file of prices. The result holds a file on disk: close it.

    Any day may be a trading day: exchanges have traded on Saturdays, and on some Sundays.

    Args:
        path: CSV in the forms of :mod:`market_service.imports.formats`, XLSX or JSON, also in gzip or ZIP.
        listed: the tickers that are.
        today: no price may be of a later day.

    Raises:
        OSError: it cannot be read.
    """
    file = PriceFile(path)
    try:
        _read(file, listed, options, today, progress)
    except BadFile as error:
        file.errors.add(FileError(_("the file"), error.where or path.name, error.reason))
    except BaseException:
        file.close()
        raise
    if not file.errors:
        _check(file)
    return file


def _read(
    file: PriceFile, listed: Container[str], options: ImportOptions, today: date, progress: Progress | None
) -> None:
    tickers = Tickers(listed, given=options.ticker.strip(), list_unlisted=options.list_unlisted)
    empty = True
    with opened(file.path, encoding=options.encoding, progress=progress) as tables:
        for number, table in enumerate(tables):
            cells = cells_read(table)
            if cells is None:
                if table.member:
                    file.left_out.add(FileError(_("empty members"), table.member, _("it is empty")))
                continue
            empty = False
            try:
                known = recognised(table, cells, tickers, options, today)
                whose = (
                    "" if known.prices.names_tickers or options.ticker else _of_name(table, listed, options)
                )
            except BadFile as error:
                error.where = error.where or table.member
                raise
            if known.words not in file.recognised:
                file.recognised.append(known.words)
            file.notes += [note for note in known.prices.notes if note not in file.notes]
            _rows(file, table, number, known, tickers, whose, options)
    if empty:
        raise BadFile(_("the file is empty") if not file.left_out else _("every member is empty"))
    file.tickers, file.renamed = tickers.used, tickers.renamed


def _of_name(table: Table, listed: Container[str], options: ImportOptions) -> str:
    return ticker_of_file(table.name, listed, list_unlisted=options.list_unlisted)


def _rows(
    file: PriceFile,
    table: Table,
    member: int,
    known: Recognised,
    tickers: Tickers,
    whose: str,
    options: ImportOptions,
) -> None:
    """Put down the good rows of a table, and tell of the others."""
    boards = _boards(known, options)
    stage, errors, left_out = file.staging.add, file.errors, file.left_out
    days, numbers, intraday = known.days, known.numbers, known.prices.intraday
    for line, cells in known.prices.rows:
        try:
            if cells is None:
                raise BadRow(_("the number of columns"), _("it has more or fewer columns than the first row"))
            if boards is not None and cells.board.strip() not in boards:
                left_out.add(_out(table, line, _("prices of the board %s") % cells.board.strip(), cells.day))
                continue
            if cells.series.strip() not in _SERIES:
                left_out.add(
                    _out(table, line, _("prices of the series %s") % cells.series.strip(), cells.day)
                )
                continue
            if _without_trades(cells):
                left_out.add(_out(table, line, _("days without trades"), cells.day or _("an empty row")))
                continue
            day, at = days.at(cells.day, cells.time)
            row = _values(numbers, cells)
            ticker = tickers.of(whose or cells.ticker)
            if cells.dividend and _happened(cells.dividend, _NO_DIVIDEND):
                left_out.add(_out(table, line, _("dividends"), f"{ticker} {day}: {cells.dividend.strip()}"))
            if cells.split and _happened(cells.split, _NO_SPLIT):
                left_out.add(_out(table, line, _("splits"), f"{ticker} {day}: {cells.split.strip()}"))
            stage((ticker, day, at if intraday else 0, member, line, *row))
        except PriceTooPrecise as error:
            left_out.add(error.at(_place(table, line)))
        except BadRow as error:
            errors.add(error.at(_place(table, line)))


def _values(numbers: NumberFormat, cells: PriceCells) -> tuple[str, ...]:
    """Open, high, low, close, volume and adjusted close of a row, checked against each other.

    Raises:
        BadRow: they cannot be.
    """
    price = numbers.price
    opened_, high, low = price("Open", cells.open), price("High", cells.high), price("Low", cells.low)
    close = price("Close", cells.close)
    if high < low:
        raise BadRow(
            _("High below Low"),
            _("high %(high)s is below low %(low)s") % {"high": cells.high, "low": cells.low},
        )
    for name, value in (("Open", opened_), ("Close", close)):
        if not low <= value <= high:
            raise BadRow(
                _("%s outside Low and High") % name,
                _("%(name)s %(value)s is not between Low %(low)s and High %(high)s")
                % {"name": name, "value": value, "low": low, "high": high},
            )
    volume = numbers.volume("Volume", cells.volume)
    if not volume and cells.tick_volume:
        volume = numbers.volume("Volume", cells.tick_volume)
    adjusted = (
        close
        if cells.adj_close.strip().casefold() in NOTHING
        else numbers.adjusted("Adj Close", cells.adj_close)
    )
    return str(opened_), str(high), str(low), str(close), str(volume), f"{adjusted:f}"


def _without_trades(cells: PriceCells) -> bool:
    first = cells.open[:1]
    return not ("0" <= first <= "9") and all(cell.strip().casefold() in NOTHING for cell in cells[3:7])


def _happened(cell: str, no: frozenset[str]) -> bool:
    bare = cell.strip().casefold()
    return bare not in NOTHING and (bare.rstrip("0").rstrip(".") if "." in bare else bare) not in no


def _boards(known: Recognised, options: ImportOptions) -> set[str] | None:
    """The boards whose prices are taken: the one that was told; else, where some are, MOEX's main ones."""
    if options.board:
        return {options.board}
    boards = {row.board.strip() for row in known.prices.sample} - {""}
    main = {board for board in boards if board.startswith("TQ")}
    return main if len(boards) > 1 and main else None


def _place(table: Table, line: int) -> str:
    where = _("line %d") % line
    return f"{table.member}, {where}" if table.member else where


def _out(table: Table, line: int, kind: str, what: str) -> FileError:
    return FileError(kind, _place(table, line), what)


def _check(file: PriceFile) -> None:
    """What only the whole file tells: duplicate days, jumps, how many there are."""
    jumps = Jumps()
    first, last = "9999-12-31", ""
    splits = {f.reason.rpartition(":")[0] for f in file.left_out.of(_("splits"))}
    for own in file.staging.days():
        row = own[0]
        if len(own) > 1:
            _twice(file, own)
            row = _put_together(own)
        if (warning := jumps.of(row)) and f"{row.ticker} {row.day}" not in splits:
            file.warnings.add(FileError(_("closes that jump as after a split"), row.ticker, warning))
        file.days += 1
        if not first <= row.day <= last:
            first, last = min(first, row.day), max(last, row.day)
    file.first, file.last = first, last
    if not file.days and not file.errors:
        file.errors.add(FileError(_("the file"), file.path.name, _("there are no rows with prices")))


def _twice(file: PriceFile, own: list[StagedRow]) -> None:
    """Rows of one moment: the same is taken once, and it is a fault if they differ."""
    last = own[0]
    for row in own[1:]:
        if row.at != last.at:
            last = row
        elif row.values == last.values:
            file.left_out.add(
                FileError(_("duplicate rows"), _("line %d") % row.line, f"{row.ticker} {row.day}")
            )
        else:
            file.errors.add(
                FileError(
                    _("duplicate days"),
                    _("lines %(first)d and %(second)d") % {"first": last.line, "second": row.line},
                    _("both are %(ticker)s on %(day)s, and differ") % {"ticker": row.ticker, "day": row.day},
                )
            )


def _put_together(own: list[StagedRow]) -> StagedRow:
    """One day of its parts: the first open, the highest, the lowest, the last close, all that was traded."""
    if len(own) == 1:
        return own[0]
    parts = [
        row for before, row in zip([None, *own], own, strict=False) if before is None or before.at != row.at
    ]
    first, last = parts[0], parts[-1]
    return first._replace(
        high=str(max(Decimal(row.high) for row in parts)),
        low=str(min(Decimal(row.low) for row in parts)),
        close=last.close,
        adj_close=last.adj_close,
        volume=str(sum(int(row.volume) for row in parts)),
    )
