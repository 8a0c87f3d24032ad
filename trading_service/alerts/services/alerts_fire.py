"""Takes over what market says of prices, and fires the alerts whose price they reach, in one transaction.

Together with the quotes, because a price that came and went between two looks would be missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from servicekit.arrays import array
from servicekit.contracts import market, parse_id
from servicekit.database import Statement
from servicekit.database.bulk import Lock, Update
from trading_service.alerts.models import PriceAlert
from trading_service.alerts.services.alerts_announce import PORTION, alerts_announce
from trading_service.reference.services import instruments_copy, quotes_receive

# One look for any number of quotes: of each, two places in the index of what waits. OFFSET 0 keeps it so:
# joined freely, 100,000 alerts are read from end to end, for any tick. Among 10,000 the ORM's query an
# instrument takes 5 times as long for one quote, 200 times for 50; one query of all 7 and 110 times (by
# turns, 21 runs).
_REACHED = Statement(
    """
SELECT reached.id, quote.price, quote.price_at
FROM reference_latestquote AS quote CROSS JOIN LATERAL (
    SELECT id FROM alerts_pricealert AS alert
    WHERE alert.instrument_id = quote.instrument_id AND fired_at IS NULL
    AND direction = 'above' AND alert.price <= quote.price
    UNION ALL
    SELECT id FROM alerts_pricealert AS alert
    WHERE alert.instrument_id = quote.instrument_id AND fired_at IS NULL
    AND direction = 'below' AND alert.price >= quote.price
    OFFSET 0
) AS reached
WHERE quote.instrument_id = ANY(%s::uuid[])
"""
)


class _Key(NamedTuple):
    id: UUID


class _Fired(NamedTuple):
    id: UUID
    fired_price: Decimal
    fired_at: datetime


# Locked in the order of the ids, as everybody does; what was deleted or has fired meanwhile is left out.
_LOCK = Lock(PriceAlert, _Key, key="id")
_FIRE = Update(PriceAlert, _Fired, key="id", where="kept.fired_at IS NULL")


@transaction.atomic
def quotes_follow(*, message: market.QuotesUpdated) -> int:
    """Copy a message of the stream of quotes, and fire what it reaches.

    Returns:
        How many instruments have another quote now.

    Emits:
        AlertFired for each alert that fired; of those beyond ``PORTION`` the sweep tells.
    """
    newer = quotes_receive(message=message)
    if newer:
        alerts_fire(instrument_ids=(parse_id(instrument) for instrument, _price in message.quotes))
    return newer


@transaction.atomic
def instruments_follow(*, snapshots: Sequence[tuple[market.InstrumentChanged, int]]) -> int:
    """Copy market's descriptions of instruments and the quotes in them, and fire what those reach.

    Args:
        snapshots: see :func:`~trading_service.reference.services.instruments_copy`.

    Returns:
        How many of the descriptions were newer than what was known.

    Emits:
        AlertFired, as :func:`quotes_follow`.
    """
    newer = instruments_copy(snapshots=snapshots)
    alerts_fire(instrument_ids=(changed.instrument_id for changed, _version in snapshots))
    return newer


def alerts_fire(*, instrument_ids: Iterable[UUID]) -> None:
    """Fire what the latest quotes of these instruments reach. To be called in the quotes' transaction.

    Emits:
        AlertFired, as :func:`quotes_follow`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, [array(instrument_ids)])
        reached = [_Fired(*found) for found in cursor.fetchall()]
    if reached:
        _LOCK.defer(alert.id for alert in reached)
        _FIRE.run(reached)
        alerts_announce(limit=PORTION)
