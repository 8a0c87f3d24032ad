"""The venue's books against its answers: available + sold = issued, of every instrument."""

from __future__ import annotations

import logging

from django.db import connection, transaction

from market_service.instruments import services as instruments
from market_service.instruments.models import HaltReason
from market_service.venue.selectors import Quantities, quantities
from servicekit.arrays import array

log = logging.getLogger(__name__)

Breach = Quantities

# Two reconciliations at once have read the same; the later position has counted more.
_REMEMBER = """
INSERT INTO venue_reconciliation AS known (instrument_id, sold, position, difference, changed_at)
SELECT seen.*, statement_timestamp()
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[]) AS seen (id, sold, position, difference)
ORDER BY id
ON CONFLICT (instrument_id) DO UPDATE
SET sold = excluded.sold, position = excluded.position, difference = excluded.difference,
    changed_at = excluded.changed_at
WHERE known.position < excluded.position
   OR (known.position = excluded.position AND known.difference <> excluded.difference)
"""


def quantities_reconcile() -> list[Breach]:
    """Count what was executed since the last time, and compare with what is on offer.

    An instrument whose quantities do not add up is halted and logged as an error, at every run until
    somebody has found out why. Nothing is ever adjusted here.

    Returns:
        Those instruments. Emits ``InstrumentChanged`` for each that was not halted for it yet.
    """
    seen = quantities()
    _remember(seen)
    breaches = [one for one in seen if one.difference]
    for breach in breaches:
        log.error(
            "%s is halted: %d issued, but %d on offer and %d sold, a difference of %+d",
            breach.ticker,
            breach.issued,
            breach.available,
            breach.sold,
            breach.difference,
        )
        instruments.instrument_halt(instrument_id=breach.instrument_id, reason=HaltReason.QUANTITIES)
    return breaches


def _remember(seen: list[Quantities]) -> None:
    if not seen:
        return
    rows = ((one.instrument_id, one.sold, one.position, one.difference) for one in seen)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_REMEMBER, [array(column) for column in zip(*rows, strict=True)])
