"""Reading the venue's answers, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from market_service.venue.models import Reconciliation
from servicekit.arrays import array
from servicekit.database import Statement

_ANSWERED = Statement("SELECT order_id FROM venue_venueorder WHERE order_id = ANY(%s::uuid[])")

# One statement, so one snapshot: an order and the units it moved are seen together or not at all.
# Executions of an instrument get rising sequence numbers, because its row is locked meanwhile; so nothing
# can appear later below a number that was seen.
_QUANTITIES = """
SELECT instrument.id, ticker, issued_quantity, available_quantity,
       coalesce(known.sold, 0) + coalesce(since.sold, 0) AS sold,
       coalesce(since.execution_seq, known.execution_seq, 0) AS execution_seq
FROM instruments_instrument AS instrument
LEFT JOIN venue_reconciliation AS known ON known.instrument_id = instrument.id
CROSS JOIN LATERAL (
    SELECT sum(CASE side WHEN 'buy' THEN quantity ELSE -quantity END)::bigint AS sold,
           max(execution_seq) AS execution_seq
    FROM venue_venueorder
    WHERE state = 'executed' AND instrument_id = instrument.id
      AND execution_seq > coalesce(known.execution_seq, 0)
) AS since
ORDER BY instrument.id
"""


class Quantities(NamedTuple):
    """Of one instrument, in units: what was issued, is on offer, and was sold net of what came back.

    ``execution_seq``: of the last execution counted, 0 if there was none.
    """

    instrument_id: UUID
    ticker: str
    issued: int
    available: int
    sold: int
    execution_seq: int

    @property
    def difference(self) -> int:
        """Units too many (positive) or missing (negative); 0 is right."""
        return self.available + self.sold - self.issued


def orders_answered(*, order_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the orders that have an answer."""
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED, [array(order_ids)])
        return {row[0] for row in cursor.fetchall()}


def quantities() -> list[Quantities]:
    """The quantities of every instrument, as of one moment.

    Only executions since the last reconciliation are read, by an index.
    """
    with connection.cursor() as cursor:
        cursor.execute(_QUANTITIES)
        return [Quantities(*row) for row in cursor.fetchall()]


def breaches_count() -> int:
    """How many instruments did not add up when they were last reconciled."""
    return Reconciliation.objects.exclude(difference=0).count()
