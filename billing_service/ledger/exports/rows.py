"""What the rows of a file are made from."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from billing_service.ledger.models import LedgerEntry
from billing_service.ledger.operation_rows import OperationRow, operation_row, operation_values

#: A text cell that begins so is a formula to a spreadsheet (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Rows that the database gives at once.
PORTION = 1000


def file_rows(operations: QuerySet[LedgerEntry]) -> Iterator[OperationRow]:
    """The rows of :func:`operation_list`, read from a cursor of the server.

    So a history of any length takes the memory of one portion.
    """
    return map(operation_row, operation_values(operations).iterator(chunk_size=PORTION))


def safe_text(text: str | None) -> str | None:
    """A cell of text that no spreadsheet takes for a formula."""
    return f"'{text}" if text and text.startswith(FORMULA) else text
