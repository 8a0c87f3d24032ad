"""CSV as the spreadsheets of a language open it by a double click."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet

from billing_service.ledger.exports.columns import Local, columns
from billing_service.ledger.exports.plain_csv import csv_lines
from billing_service.ledger.exports.rows import file_rows, safe_text
from billing_service.ledger.models import LedgerEntry
from billing_service.ledger.operation_rows import OperationRow
from billing_service.ledger.serializers import price_plain
from servicekit.money import to_text

#: By which a spreadsheet knows that the file is UTF-8.
BOM = "\ufeff"
#: Language → what stands between cells, the decimal point, and how a time is written.
_RULES = {"en": (",", ".", "%Y-%m-%d %H:%M:%S"), "ru": (";", ",", "%d.%m.%Y %H:%M:%S")}


def local_csv(operations: QuerySet[LedgerEntry], local: Local) -> Iterator[bytes]:
    """The file, in portions of UTF-8 with a BOM: titles in the language, then a line for each operation."""
    delimiter, point, clock = _RULES[local.language]
    write: dict[str, Callable[[Any, str], Any]] = {
        "time": lambda moment, currency: moment.strftime(clock),
        "text": lambda text, currency: safe_text(text),
        "name": lambda text, currency: safe_text(text),
        "count": lambda count, currency: count,
        "money": lambda amount, currency: to_text(amount, currency).replace(".", point),
        "price": lambda price, currency: price_plain(price, currency).replace(".", point),
    }
    known = columns(local)

    def cells(row: OperationRow) -> list[Any]:
        values = ((one.kind, one.value(row)) for one in known)
        return [None if value is None else write[kind](value, row.currency) for kind, value in values]

    titles = [one.title for one in known]
    return csv_lines(titles, map(cells, file_rows(operations)), delimiter=delimiter, begin=BOM)
