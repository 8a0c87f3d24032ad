"""Reading a file of daily prices, row by row, and saying of each bad row what is wrong with it.

Columns: ``Ticker,Date,Open,High,Low,Close,Volume,Adj Close``; UTF-8, gzip or plain, one row a line,
unquoted or quoted as CSV (RFC 4180) without line breaks inside a field. Empty lines are skipped. Only one
line is held at a time, and a bit for each day of each ticker.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Container, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from market_service.file_errors import MAX_EXAMPLES, FileError
from servicekit.contracts.values import PRICE_DIGITS, PRICE_LIMIT

HEADER = ["Ticker", "Date", "Open", "High", "Low", "Close", "Volume", "Adj Close"]

#: Bytes of the longest line that is read.
LONGEST_LINE = 4096

MAX_VOLUME = 2**63 - 1
ADJ_CLOSE_DIGITS = 16

_NUMBER = re.compile(r"([0-9]{1,40})(?:\.([0-9]{1,40}))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class PriceRow(NamedTuple):
    """A good row, its numbers as they were written."""

    ticker: str
    date: str
    open: str
    high: str
    low: str
    close: str
    volume: str
    adj_close: str


class _Bad(Exception):
    """What is wrong with the row being read: the rule, and how it is broken."""

    def __init__(self, kind: str, reason: str) -> None:
        self.kind, self.reason = kind, reason
        super().__init__(reason)

    def at(self, line: int) -> FileError:
        return FileError(self.kind, f"line {line}", self.reason)


def price_rows(path: Path, *, tickers: Container[str], today: date) -> Iterator[PriceRow | FileError]:
    """The rows of a file in its order, good and bad ones, one at a time.

    Any day may be a trading day: exchanges have traded on Saturdays, and on some Sundays.

    Args:
        path: a CSV file, or one compressed with gzip, whatever it is called.
        tickers: those that are listed.
        today: no row may be of a later day.

    Raises:
        OSError: the file cannot be opened or read.
    """
    days, number, empty = _Days(path), 0, True
    try:
        for number, line in _lines(path):
            try:
                fields = _fields(line, first=number == 1)
                if number == 1 and fields != HEADER:
                    raise _Unreadable("the header", f"the header is not {','.join(HEADER)}")
                if number == 1 or not "".join(fields).strip():
                    continue
                empty = False
                row = _row(fields, tickers, today)
                days.once(row, number)
                yield row
            except _Bad as error:
                yield error.at(number)
                if isinstance(error, _Unreadable) or number == 1:
                    return
                empty = False
    except _Unreadable as error:
        yield error.at(number + 1)
        return
    if number == 0:
        yield _Bad("the file", "the file is empty").at(1)
    elif empty:
        yield _Bad("the file", "there are no rows below the header").at(number)


class _Unreadable(_Bad):
    """Nothing below can be read either."""


class _Days:
    """Which ticker had a row on which day: a bit a day, so that a file may be of any size."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: dict[tuple[str, str], int] = {}
        self._named = 0

    def once(self, row: PriceRow, number: int) -> None:
        """Note a row's day.

        Raises:
            _Bad: there was a row of that day before; the first few are told where.
        """
        key, day = (row.ticker, row.date[:4]), 1 << int(row.date[5:7]) * 32 + int(row.date[8:])
        seen = self._seen.get(key, 0)
        if not seen & day:
            self._seen[key] = seen | day
            return
        where = ""
        if self._named < MAX_EXAMPLES:  # that is a look through the file each time
            self._named += 1
            where = f", in line {self._first(row)}"
        raise _Bad("a day is there twice", f"{row.ticker} on {row.date} is there already{where}")

    def _first(self, row: PriceRow) -> int:
        ticker, day = row.ticker.encode(), row.date.encode()
        for number, line in _lines(self._path):
            if ticker in line and day in line and _fields(line, first=False)[:2] == [row.ticker, row.date]:
                return number
        raise AssertionError("a row that was read is gone")


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines, counted from 1.

    Raises:
        _Unreadable: of the line after the last that was given.
    """
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream = gzip.GzipFile(fileobj=raw) if zipped else raw
        number = 0
        while True:
            number += 1
            try:
                line = stream.readline(LONGEST_LINE + 1)
            except EOFError:
                reason = "the gzip file ends in the middle: it is truncated"
                raise _Unreadable("the file", reason) from None
            except (gzip.BadGzipFile, zlib.error) as error:
                raise _Unreadable("the file", f"the gzip file is damaged: {error}") from None
            if not line:
                return
            if len(line) > LONGEST_LINE:
                raise _Unreadable("the file", f"the line is longer than {LONGEST_LINE} bytes")
            yield number, line


def _fields(line: bytes, *, first: bool) -> list[str]:
    try:
        text = line.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError as error:
        raise _Bad(
            "not UTF-8", f"not UTF-8: byte {error.object[error.start]:#04x} at column {error.start + 1}"
        ) from None
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error as error:
        raise _Bad("not CSV", f"not CSV: {error}") from None


def _row(fields: list[str], tickers: Container[str], today: date) -> PriceRow:
    if len(fields) != len(HEADER):
        raise _Bad("the number of columns", f"{len(fields)} columns instead of {len(HEADER)}")
    row = PriceRow(*fields)
    if row.ticker not in tickers:
        raise _Bad("a ticker that is not listed", f"the ticker {_shown(row.ticker)} is not listed")
    _day(row.date, today)
    open_, high, low, close = (
        _price(name, text, PRICE_DIGITS) for name, text in zip(HEADER[2:6], row[2:6], strict=True)
    )
    if not low <= open_ <= high:
        raise _Bad("Open outside Low and High", f"Open {open_} is not between Low {low} and High {high}")
    if not low <= close <= high:
        raise _Bad("Close outside Low and High", f"Close {close} is not between Low {low} and High {high}")
    volume = _number("Volume", row.volume, 0)
    if volume > MAX_VOLUME:
        raise _Bad("Volume too large", f"Volume {row.volume} is too large")
    _price("Adj Close", row.adj_close, ADJ_CLOSE_DIGITS)
    return row._replace(volume=str(int(volume)))


def _day(text: str, today: date) -> None:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise _Bad("not a day", f"Date {_shown(text)} is not a day written as YYYY-MM-DD") from None
    if day > today:
        raise _Bad("a day in the future", f"Date {text} is in the future")


def _price(name: str, text: str, digits: int) -> Decimal:
    value = _number(name, text, digits)
    if value <= 0:
        raise _Bad(f"{name} not above zero", f"{name} is {text}: must be above zero")
    if value >= PRICE_LIMIT:
        raise _Bad(f"{name} too large", f"{name} {_shown(text)} is too large")
    return value


def _number(name: str, text: str, digits: int) -> Decimal:
    """A plain decimal number; more than ``digits`` after the point would be lost, so they are refused."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        if text == "":
            raise _Bad(f"{name} empty", f"{name} is empty")
        if re.fullmatch(r"-[0-9.]+", text):
            raise _Bad(f"{name} negative", f"{name} is negative: {_shown(text)}")
        raise _Bad(f"{name} not a number", f"{name} {_shown(text)} is not a plain decimal number")
    if len((match[2] or "").rstrip("0")) > digits:
        raise _Bad(
            f"{name} with too many digits",
            f"{name} {_shown(text)} has more than {digits} digits after the point",
        )
    return Decimal(text)


def _shown(text: str) -> str:
    """A supplied text, short and printable."""
    return ascii(text if len(text) <= 40 else text[:37] + "...")
