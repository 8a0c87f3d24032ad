"""CSV for programs: RFC 4180 rows of what the API says, streamed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from billing_service.ledger.exports import rows
from billing_service.ledger.exports.rows import file_rows, safe_text
from billing_service.ledger.models import LedgerEntry
from billing_service.ledger.operation_rows import OperationRow
from billing_service.ledger.serializers import OperationOutput, price_plain
from servicekit.money import to_text


class _Lines(list[str]):
    """The file-like object for :func:`csv.writer`."""

    write = list.append


def plain_csv(operations: QuerySet[LedgerEntry]) -> Iterator[bytes]:
    """The file, in portions of UTF-8: a line of the API's names, then a line for each operation."""
    return csv_lines(OperationOutput().fields, map(_cells, file_rows(operations)))


def csv_lines(
    names: Iterable[str], cells: Iterable[Sequence[Any]], *, delimiter: str = ",", begin: str = ""
) -> Iterator[bytes]:
    """Lines of CSV in portions of UTF-8.

    Args:
        names: the first line.
        cells: those of each further line; None is an empty one.
        begin: what stands before the first line.
    """
    lines = _Lines([begin])
    writer = csv.writer(lines, delimiter=delimiter)
    writer.writerow(names)
    for number, line in enumerate(cells, start=1):
        writer.writerow(line)
        if number % rows.PORTION == 0:
            yield "".join(lines).encode()
            lines.clear()
    yield "".join(lines).encode()


def _cells(row: OperationRow) -> list[Any]:
    """The cells as the API writes the same fields; empty for null."""
    currency = row.currency
    return [
        row.id,
        row.type,
        to_text(row.amount, currency),
        currency,
        to_text(row.balance_after, currency),
        row.order_id,
        safe_text(row.ticker),
        row.quantity,
        None if row.price is None else price_plain(row.price, currency),
        _moment(row.occurred_at),
        safe_text(row.reason),
        None if row.fee is None else to_text(row.fee, currency),
        to_text(row.total, currency),
        safe_text(row.name),
    ]


def _moment(moment: datetime) -> str:
    """As DRF's DateTimeField writes UTC."""
    return moment.isoformat().replace("+00:00", "Z")
