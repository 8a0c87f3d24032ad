"""Takes due deliveries of a channel, so that nobody else sends them for a while.

The row is locked only while it is claimed, never while a server is talked to: its ``next_at`` is moved on by
a lease. Who dies with it in hand leaves it to whoever looks when the lease is over.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from notification_service.delivery.models import Delivery
from notification_service.kinds import GATHERED, Channel
from servicekit.arrays import array
from servicekit.database import Statement

#: Seconds for which a claimed delivery is its claimer's. Nobody begins to send one after half of them.
LEASE_S = 240
#: How many of a user's fills go into one message at most.
GATHERED_AT_MOST = 500

_TABLE = Delivery._meta.db_table
_RETURNED = "RETURNING kept.id, kept.notification_id, kept.user_id, kept.kind, kept.attempts"
_KINDS = ", ".join(f"'{kind.value}'" for kind in sorted(GATHERED))
_UPDATE = (
    f"UPDATE {_TABLE} AS kept SET attempts = kept.attempts + 1, "
    f"next_at = statement_timestamp() + interval '{LEASE_S} seconds'"
)

# Every second, for each channel. The ORM's locking read and update take 5 times as long for one delivery,
# twice for 50 (by turns, the fastest of 31 runs).
_CLAIM = Statement(
    f"""
WITH due AS (
    SELECT id, next_at AS due_at FROM {_TABLE}
    WHERE state = 'pending' AND channel = %s::text AND next_at <= statement_timestamp()
    ORDER BY next_at LIMIT %s::integer FOR NO KEY UPDATE SKIP LOCKED
)
{_UPDATE} FROM due WHERE kept.id = due.id {_RETURNED}, due.due_at
"""
)
# Those that are in somebody's hands have been tried: attempts > 0.
_CLAIM_GATHERED = Statement(
    f"""
WITH gathered AS (
    SELECT id, next_at AS due_at FROM {_TABLE}
    WHERE state = 'pending' AND channel = %s::text AND user_id = ANY(%s::uuid[])
      AND kind IN ({_KINDS}) AND attempts = 0
    LIMIT %s::integer FOR NO KEY UPDATE SKIP LOCKED
)
{_UPDATE} FROM gathered WHERE kept.id = gathered.id {_RETURNED}, gathered.due_at
"""
)


class Claimed(NamedTuple):
    """A delivery in hand; ``attempts`` counts the one that begins."""

    id: int
    notification_id: UUID
    user_id: UUID
    kind: str
    attempts: int


def deliveries_claim(*, channel: Channel, limit: int) -> list[Claimed]:
    """The deliveries that are due over a channel, the longest due ones first."""
    return _run(_CLAIM, [channel.value, limit])


def deliveries_claim_gathered(*, channel: Channel, user_ids: Iterable[UUID]) -> list[Claimed]:
    """The fills of these users that wait to be gathered, due or not: they go with the first of them."""
    wanted = list(user_ids)
    return _run(_CLAIM_GATHERED, [channel.value, array(wanted), GATHERED_AT_MOST]) if wanted else []


def _run(statement: Statement, values: list[str | int]) -> list[Claimed]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = sorted(cursor.fetchall(), key=lambda row: (row[-1], row[0]))
        return [Claimed(*row[:-1]) for row in rows]
