"""The history as a file: RFC 4180 rows, streamed, safe to open in a spreadsheet.

A row is made from plain values: one of the API's serializers for each of them costs ten times as much.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from billing_service.ledger.models import LedgerEntry
from billing_service.ledger.serializers import OF_UNITS, OperationOutput, price_plain
from servicekit.money import to_text

#: A text cell that begins so is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Rows that the database gives at once, and that are sent together.
_PORTION = 1000
#: What a row is made from, in the order of :class:`OperationOutput`'s fields.
_COLUMNS = (
    "id",
    "kind",
    "amount",
    "currency",
    "balance_after",
    "journal_entry__order_id",
    "journal_entry__ticker",
    "journal_entry__quantity",
    "journal_entry__price",
    "journal_entry__occurred_at",
    "journal_entry__reason",
)


class CsvRenderer(BaseRenderer):
    """Declares that the view can return ``text/csv``; the view itself streams the rows."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        raise NotImplementedError("rows are streamed with operations_csv")


class CsvNegotiation(DefaultContentNegotiation):
    """``?format=csv`` (or ``json``, ``api``) takes precedence over ``Accept``."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        wanted = request.query_params.get("format")
        for renderer in renderers:
            if renderer.format == wanted:
                return renderer, renderer.media_type
        return super().select_renderer(request, renderers, format_suffix)


class _Lines(list[str]):
    """The file-like object for :func:`csv.writer`."""

    write = list.append


def operations_csv(operations: QuerySet[LedgerEntry]) -> Iterator[bytes]:
    """The file, in portions of UTF-8: a line of names, then a line for each operation.

    Reads from a cursor of the server, so that a history of any length takes the memory of one portion.
    """
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow(OperationOutput().fields)
    for number, row in enumerate(operations.values_list(*_COLUMNS).iterator(chunk_size=_PORTION), start=1):
        writer.writerow(_cells(row))
        if number % _PORTION == 0:
            yield "".join(lines).encode()
            lines.clear()
    yield "".join(lines).encode()


def _cells(row: Sequence[Any]) -> list[Any]:
    """The cells as the API writes the same fields; empty for null."""
    entry, kind, amount, currency, balance, order, ticker, quantity, price, occurred_at, reason = row
    of_units = kind in OF_UNITS
    return [
        entry,
        kind,
        to_text(amount, currency),
        currency,
        to_text(balance, currency),
        order,
        safe_text(ticker),
        quantity if of_units else None,
        price_plain(price, currency) if of_units and price is not None else None,
        _moment(occurred_at),
        safe_text(reason),
    ]


def _moment(moment: datetime) -> str:
    """As DRF's DateTimeField writes UTC."""
    return moment.isoformat().replace("+00:00", "Z")


def safe_text(text: str | None) -> str | None:
    """A cell of text that no spreadsheet takes for a formula."""
    return f"'{text}" if text and text.startswith(_FORMULA) else text
