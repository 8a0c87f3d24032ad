"""What the rows of a file are made from: plain values, since one of the API's serializers for each row costs
ten times as much."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from billing_service.ledger.models import LedgerEntry
from billing_service.ledger.selectors import OF_UNITS, TRADES

#: A text cell that begins so is a formula to a spreadsheet (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Rows that the database gives at once.
PORTION = 1000

_COLUMNS = (
    "id",
    "kind",
    "amount",
    "currency",
    "journal_entry__order_id",
    "journal_entry__ticker",
    "journal_entry__quantity",
    "journal_entry__price",
    "journal_entry__occurred_at",
    "journal_entry__reason",
    "fee_amount",
    "instrument_name",
)


class FileRow(NamedTuple):
    """One operation, with the names of :class:`OperationOutput`'s fields. Money in minor units.

    ``quantity``, ``price`` and ``fee`` are None where they are null; ``total``: the amount less the fee.
    """

    id: UUID
    type: str
    amount: int
    currency: str
    balance_after: int
    order_id: UUID | None
    ticker: str
    quantity: int | None
    price: Decimal | None
    occurred_at: datetime
    reason: str
    fee: int | None
    total: int
    name: str


def file_rows(operations: QuerySet[LedgerEntry]) -> Iterator[FileRow]:
    """The rows of :func:`operation_list`, read from a cursor of the server.

    So a history of any length takes the memory of one portion.
    """
    after = "balance_with_fee" if "balance_with_fee" in operations.query.annotations else "balance_after"
    for values in operations.values_list(*_COLUMNS, after).iterator(chunk_size=PORTION):
        entry, kind, amount, currency, order, ticker, quantity, price, at, reason, paid, name, balance = (
            values
        )
        of_units, paid = kind in OF_UNITS, paid or 0
        yield FileRow(
            entry, kind, amount, currency, balance, order, ticker,
            quantity if of_units else None, price if of_units else None, at, reason,
            -paid if kind in TRADES else None, amount + paid, name,
        )  # fmt: skip


def safe_text(text: str | None) -> str | None:
    """A cell of text that no spreadsheet takes for a formula."""
    return f"'{text}" if text and text.startswith(FORMULA) else text
