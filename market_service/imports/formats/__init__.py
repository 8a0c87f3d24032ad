"""The families of tables of prices; each makes the same :class:`Prices` of a table's cells.

``table``  a header, a row a day          ``headless``  the same without its header
``stacked``  two rows of header: prices and tickers      ``wide``  a column of closes for each ticker
``documents``  JSON
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class PriceCells(NamedTuple):
    """The cells of a row for one ticker and one day, unparsed; empty where there is none."""

    ticker: str = ""
    day: str = ""
    time: str = ""
    open: str = ""
    high: str = ""
    low: str = ""
    close: str = ""
    volume: str = ""
    adj_close: str = ""
    tick_volume: str = ""
    period: str = ""
    board: str = ""
    series: str = ""
    dividend: str = ""
    split: str = ""


@dataclass
class Prices:
    """A table that was recognised.

    Attributes:
        sample: the first rows of it.
        rows: all, ``(line, cells)``; cells None where a row has another number of columns.
        words: what it was recognised as.
        names_tickers: a column or the header says whose prices these are.
        closes_only: there are closes and nothing else.
        intraday: known to be of parts of days.
        zone: of its moments, when the source is known by its form; otherwise the day is the one written.
        comma_likely: the header is in a language of decimal commas.
        where: of a line number, as it is told.
    """

    sample: list[PriceCells]
    rows: Iterator[tuple[int, PriceCells | None]]
    words: str
    names_tickers: bool = True
    closes_only: bool = False
    intraday: bool = False
    zone: str = ""
    comma_likely: bool = False
    notes: list[str] = field(default_factory=list)
