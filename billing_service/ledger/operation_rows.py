"""The operations of a history as plain values, for its pages and its files: an object and a serializer of
Django's for each cost ten times as much."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from billing_service.ledger.models import LedgerEntry
from billing_service.ledger.selectors import OF_UNITS, TRADES

_COLUMNS = (
    "number",
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


class OperationRow(NamedTuple):
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


def operation_values(operations: QuerySet[LedgerEntry], *, named: bool = False) -> QuerySet[LedgerEntry, Any]:
    """What is read of the operations of :func:`operation_list`: a tuple of each, for :func:`operation_row`.

    Args:
        named: the tuples have names, ``number`` among them, by which a page is found.
    """
    after = "balance_with_fee" if "balance_with_fee" in operations.query.annotations else "balance_after"
    return operations.values_list(*_COLUMNS, after, named=named)


def operation_row(values: Sequence[Any]) -> OperationRow:
    """The operation of what was read."""
    (
        _number, entry, kind, amount, currency, order, ticker, quantity, price, at, reason, paid, name,
        balance,
    ) = values  # fmt: skip
    of_units, paid = kind in OF_UNITS, paid or 0
    return OperationRow(
        entry, kind, amount, currency, balance, order, ticker,
        quantity if of_units else None, price if of_units else None, at, reason,
        -paid if kind in TRADES else None, amount + paid, name,
    )  # fmt: skip
