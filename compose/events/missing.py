"""What a service has published, a subscriber has had before it, and its inbox does not know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from compose.check.snapshot import Snapshot
from servicekit.contracts.subscribers import event_routes
from servicekit.messaging import streams

# What the group has acknowledged should be in the inbox; what it has not is still on the stream, or the
# publisher's relay will see that it is lost. An inbox forgets old rows and says up to which day.
_PUBLISHED = """
SELECT id FROM outbox
WHERE type IN ({types}) AND id >= '{since}'
  AND NOT EXISTS (SELECT FROM outbox_unsent AS unsent WHERE unsent.outbox_seq = outbox.outbox_seq)
  AND outbox_seq NOT IN (
    SELECT unnest(outbox_seqs) FROM outbox_batches WHERE {last_entry} > ({time}, {number})
  )
ORDER BY id
"""

_HANDLED = """
SELECT event_id AS id FROM inbox
WHERE consumer = '{subscriber}' AND type IN ({types}) AND event_id >= '{since}'
UNION SELECT event_id FROM failed_events
ORDER BY id
"""

#: Up to which moment (milliseconds) an inbox has forgotten what it handled.
FORGOTTEN = """
SELECT coalesce((extract(epoch FROM max(day) + 1) * 1000)::bigint, 0) AS until FROM removed_events
WHERE side = 'inbox'
"""


@dataclass(frozen=True)
class Gap:
    """What one subscriber lacks of one publisher.

    Attributes:
        ids: of the events, oldest first.
    """

    publisher: str
    subscriber: str
    ids: tuple[UUID, ...]


def gaps(snapshot: Snapshot) -> list[Gap]:
    """What is missing anywhere; nothing is when every inbox has what its group has acknowledged.

    What is being tried again or was given up is known, and not missing.
    """
    found = []
    for publisher, subscriber, types in event_routes():
        if ids := tuple(_missing(snapshot, publisher, subscriber, types)):
            found.append(Gap(publisher, subscriber, ids))
    return found


def _missing(snapshot: Snapshot, publisher: str, subscriber: str, types: tuple[str, ...]) -> Iterator[UUID]:
    known = snapshot.all(publisher, f"SELECT acknowledged FROM stream_groups WHERE name = '{subscriber}'")
    if not known:
        return
    time, number = streams.entry_key(str(known[0]["acknowledged"]))
    (forgotten,) = snapshot.all(subscriber, FORGOTTEN)
    values: dict[str, Any] = {
        "types": ", ".join(f"'{name}'" for name in types),
        "since": UUID(int=int(forgotten["until"]) << 80),
        "subscriber": subscriber,
        "last_entry": streams.LAST_ENTRY_KEY,
        "time": time,
        "number": number,
    }
    published = (row["id"] for row in snapshot.stream(publisher, _PUBLISHED.format(**values)))
    handled = (row["id"] for row in snapshot.stream(subscriber, _HANDLED.format(**values)))
    yield from _only_first(published, handled)


def _only_first(one: Iterator[Any], other: Iterator[Any]) -> Iterator[UUID]:
    """What the first of two rising sequences has and the second has not."""
    b = next(other, None)
    for a in one:
        while b is not None and str(b) < str(a):
            b = next(other, None)
        if b is None or str(b) != str(a):
            yield UUID(str(a))
