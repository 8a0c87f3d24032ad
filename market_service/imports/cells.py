"""Splits text into rows of cells: detects the separator, skips lines before the header and after the end."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from market_service.imports.decode import Table
from market_service.imports.errors import BadFile

#: Rows, and characters, by which a table's form is told.
HEAD, HEAD_SIZE = 3_000, 1 << 20

Row = tuple[int, list[str]]


@dataclass
class Cells:
    """A table.

    Attributes:
        head: its first rows, from the header on, or from the first row if there is none.
        rows: all of them, the head's first.
        words: how it is separated.
        separator: the sign, empty for a workbook.
    """

    head: list[Row]
    rows: Iterator[Row]
    words: str
    separator: str


def cells_of(table: Table) -> Cells | None:
    """A table's cells; None if there are none at all.

    Raises:
        BadFile: it is not CSV.
    """
    if table.rows is not None:
        rows, words, separator, block = _filled(table.rows), "XLSX", "", False
    else:
        lines = table.lines or iter(())
        first: list[str] = []
        size = 0
        for line in lines:
            first.append(line)
            size += len(line)
            if len(first) == HEAD or size > HEAD_SIZE:
                break
        separator, skipped, block = _beginning(first)
        words = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs"), "|": _("bars")}[separator]
        rows = _parsed(itertools.chain(first[skipped:], lines), separator, skipped)
        rows = _block(rows) if block else _filled(rows)
    head = list(itertools.islice(rows, HEAD))
    if not head:
        return None
    return Cells(head, itertools.chain(head, rows), words, separator)


def _beginning(lines: list[str]) -> tuple[str, int, bool]:
    """The separator; how many lines stand before the header; whether it is a named block of several."""
    skipped, delimiter = 0, ""
    for line in lines:
        bare = line.strip()
        if bare.lower().startswith("sep=") and len(bare) == 5:
            delimiter = bare[4]
        elif (bare and any(sign in line for sign in ",;\t|")) or (
            bare and not bare.replace(".", "").replace("_", "").isalnum()
        ):
            break
        skipped += 1
    block = any(line.strip() and not line.lower().startswith("sep=") for line in lines[:skipped])
    if skipped == len(lines):  # a single column
        return delimiter or ",", 0, False
    if delimiter in ",;\t|" and delimiter:
        return delimiter, skipped, block
    some = [line for line in lines[skipped : skipped + 20] if line.strip()]
    counts = Counter({sign: some[0].count(sign) for sign in "\t;|,"})
    for sign in "\t;|":
        if counts[sign] and all(sign in line for line in some[: 2 if block else len(some)]):
            return sign, skipped, block
    return ("," if counts[","] or not counts.total() else counts.most_common(1)[0][0]), skipped, block


def _parsed(lines: Iterator[str], separator: str, skipped: int) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True)
    try:
        for cells in reader:
            yield reader.line_num + skipped, cells
    except csv.Error as error:
        raise BadFile(_("this is not CSV: %s") % error, f"line {reader.line_num + skipped}") from None


def _filled(rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        if any(row[1]) and "".join(row[1]).strip():
            yield row


def _block(rows: Iterator[Row]) -> Iterator[Row]:
    """Up to the next block, which begins with its name on a line of its own."""
    for row in _filled(rows):
        if len(row[1]) == 1:
            return
        yield row
