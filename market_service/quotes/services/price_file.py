"""Reading a file of daily prices, row by row, and saying of each bad row what is wrong with it.

Columns: ``Ticker,Date,Open,High,Low,Close,Volume,Adj Close``; UTF-8, gzip or plain, one row a line,
unquoted or quoted as CSV (RFC 4180) without line breaks inside a field. Empty lines are skipped.
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

from market_service.quotes.errors import BadRow
from market_service.quotes.models import PRICE_DIGITS, PRICE_LIMIT

HEADER = ["Ticker", "Date", "Open", "High", "Low", "Close", "Volume", "Adj Close"]

#: Bytes of the longest line that is read.
LONGEST_LINE = 4096

MAX_VOLUME = 2**63 - 1
ADJ_CLOSE_DIGITS = 16

_NUMBER = re.compile(r"([0-9]{1,40})(?:\.([0-9]{1,40}))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WEEKEND = {5: "Saturday", 6: "Sunday"}


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
    """What is wrong with the row being read."""


def price_rows(path: Path, *, tickers: Container[str], today: date) -> Iterator[PriceRow | BadRow]:
    """The rows of a file in its order, good and bad ones.

    Args:
        path: a CSV file, or one compressed with gzip, whatever it is called.
        tickers: those that are listed.
        today: no row may be of a later day.

    Raises:
        OSError: the file cannot be opened or read.
    """
    seen: dict[tuple[str, str], int] = {}
    number, empty = 0, True
    for number, line in _lines(path):
        if isinstance(line, BadRow):
            yield line
            return
        try:
            fields = _fields(line, first=number == 1)
            if number == 1:
                if fields != HEADER:
                    yield BadRow(1, f"the header is not {','.join(HEADER)}")
                    return
                continue
            if not fields:
                continue
            empty = False
            row = _row(fields, tickers, today)
            if (key := row[:2]) in seen:
                raise _Bad(f"{row.ticker} on {row.date} is there already, in line {seen[key]}")
            seen[key] = number
            yield row
        except _Bad as error:
            yield BadRow(number, str(error))
            if number == 1:
                return
            empty = False
    if number == 0:
        yield BadRow(1, "the file is empty")
    elif empty:
        yield BadRow(number, "there are no rows below the header")


def _lines(path: Path) -> Iterator[tuple[int, bytes | BadRow]]:
    """The lines, counted from 1; a bad one ends the reading."""
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
                yield number, BadRow(number, "the gzip file ends in the middle: it is truncated")
                return
            except (gzip.BadGzipFile, zlib.error) as error:
                yield number, BadRow(number, f"the gzip file is damaged: {error}")
                return
            if not line:
                return
            if len(line) > LONGEST_LINE:
                yield number, BadRow(number, f"the line is longer than {LONGEST_LINE} bytes")
                return
            yield number, line


def _fields(line: bytes, *, first: bool) -> list[str]:
    try:
        text = line.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError as error:
        raise _Bad(f"not UTF-8: byte {error.object[error.start]:#04x} at column {error.start + 1}") from None
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error as error:
        raise _Bad(f"not CSV: {error}") from None


def _row(fields: list[str], tickers: Container[str], today: date) -> PriceRow:
    if len(fields) != len(HEADER):
        raise _Bad(f"{len(fields)} columns instead of {len(HEADER)}")
    row = PriceRow(*fields)
    if row.ticker not in tickers:
        raise _Bad(f"the ticker {_shown(row.ticker)} is not listed")
    _day(row.date, today)
    open_, high, low, close = (
        _price(name, text, PRICE_DIGITS) for name, text in zip(HEADER[2:6], row[2:6], strict=True)
    )
    if not low <= open_ <= high:
        raise _Bad(f"Open {open_} is not between Low {low} and High {high}")
    if not low <= close <= high:
        raise _Bad(f"Close {close} is not between Low {low} and High {high}")
    volume = _number("Volume", row.volume, 0)
    if volume > MAX_VOLUME:
        raise _Bad(f"Volume {row.volume} is too large")
    _price("Adj Close", row.adj_close, ADJ_CLOSE_DIGITS)
    return row._replace(volume=str(int(volume)))


def _day(text: str, today: date) -> None:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise _Bad(f"Date {_shown(text)} is not a day written as YYYY-MM-DD") from None
    if day > today:
        raise _Bad(f"Date {text} is in the future")
    if weekend := _WEEKEND.get(day.weekday()):
        raise _Bad(f"Date {text} is a {weekend}: no trading day")


def _price(name: str, text: str, digits: int) -> Decimal:
    value = _number(name, text, digits)
    if value <= 0:
        raise _Bad(f"{name} is {text}: above zero is wanted")
    if value >= PRICE_LIMIT:
        raise _Bad(f"{name} {_shown(text)} is too large")
    return value


def _number(name: str, text: str, digits: int) -> Decimal:
    """A plain decimal number; more than ``digits`` after the point would be lost, so they are refused."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        if text == "":
            raise _Bad(f"{name} is empty")
        if re.fullmatch(r"-[0-9.]+", text):
            raise _Bad(f"{name} is negative: {_shown(text)}")
        raise _Bad(f"{name} {_shown(text)} is not a plain decimal number")
    if len((match[2] or "").rstrip("0")) > digits:
        raise _Bad(f"{name} {_shown(text)} has more than {digits} digits after the point")
    return Decimal(text)


def _shown(text: str) -> str:
    """A supplied text, short and printable."""
    return ascii(text if len(text) <= 40 else text[:37] + "...")
