"""Noticing by itself what a subscriber's inbox lacks, and having it sent again.

A subscriber acknowledges an event after it has committed it in its inbox. So an event that was sent, that the
subscriber's group has acknowledged, and that its inbox does not know, was taken by somebody else (who stole
its password), or was sent before the subscriber's newer version subscribed to its type. Its publisher
then sends it again; the other inboxes drop it.

What is unsent, on its way, tried again or given up is not missing. Nothing is read twice without need: an
outbox is read by its events' ids (UUIDv7, so by time), from the first that is not settled.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from compose.check.snapshot import first_id
from compose.events.missing import FORGOTTEN, Gap
from servicekit.contracts.subscribers import event_routes
from servicekit.messaging import streams
from servicekit.messaging.publish import redis_groups

log = logging.getLogger(__name__)

#: Seconds between two looks; while there is more to read, as in a long past after a start.
PERIOD_S, BEHIND_S = 10.0, 0.5
#: Events younger than this are on their way.
MIN_AGE_S = 5.0
#: So long may an event's transaction last: younger ones are read again, for one may come between them.
OVERLAP_S = 30.0
#: Events of one publisher read at a time, and how often in one look.
PAGE, PAGES = 5_000, 10
#: What was sent again and is missing still is sent again after so many seconds; twice as many each time.
MIN_BACKOFF_S, MAX_BACKOFF_S = 30.0, 3600.0
#: An inbox remembers longer than this.
MIN_INBOX_AGE = timedelta(days=38)

_EVENTS = """
SELECT id::text, type, outbox_seq,
    EXISTS (SELECT FROM outbox_unsent AS unsent WHERE unsent.outbox_seq = event.outbox_seq)
FROM (
    SELECT id, type, outbox_seq FROM outbox WHERE id > %s::uuid AND id < %s::uuid ORDER BY id LIMIT %s
) AS event
ORDER BY id
"""

_IN_FLIGHT = f"""
SELECT last_entry, outbox_seqs FROM outbox_batches WHERE {streams.LAST_ENTRY_KEY} > (%s, %s)
"""

_MISSING = """
SELECT id::text FROM unnest(%s::uuid[]) AS sent (id)
WHERE NOT EXISTS (SELECT FROM inbox WHERE consumer = %s AND event_id = sent.id)
  AND NOT EXISTS (SELECT FROM failed_events WHERE event_id = sent.id)
ORDER BY id
"""

Query = Callable[[str, str, list[Any]], list[tuple[Any, ...]]]


class Event(NamedTuple):
    """A row of an outbox. ``entry``: of the batch in which it is on its way; None: in none."""

    id: str
    type: str
    unsent: bool
    entry: redis_groups.Key | None


@dataclass
class Reconciler:
    """Looks again and again; each look begins where the one before found everything settled.

    Attributes:
        query: ``query(service, sql, values)`` reads a service's database, each statement by itself.
        redis: a client that may look at the streams.
        replay: ``replay(publisher, ids)`` has events sent again; raises when it cannot.
    """

    query: Query
    redis: Any
    replay: Callable[[str, list[str]], None]
    settled: dict[str, str] = field(default_factory=lambda: defaultdict(lambda: str(UUID(int=0))))
    resent: dict[str, tuple[int, float]] = field(default_factory=dict)
    #: Subscriber → what is known to be in its inbox, of the events that are read again.
    handled: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    #: Whether the last look left events unread that are old enough: the next should not wait.
    behind: bool = False

    def run_once(self, now: datetime | None = None) -> list[Gap]:
        """Look once, and have sent again what is missing.

        Args:
            now: from which an event's age is counted.

        Returns:
            What was missing and is sent again now.

        Raises:
            psycopg2.Error, redis.RedisError: a server does not answer; the next look begins there again.
        """
        now = now or datetime.now(UTC)
        subscribers: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
        for publisher, subscriber, types in event_routes():
            subscribers[publisher][subscriber] = types
        remembered = {name: self._remembered(name, now) for name in {s for _, s, _ in event_routes()}}
        late = str(first_id(now - timedelta(seconds=OVERLAP_S)))
        self.handled = defaultdict(
            set, {s: {id for id in ids if id >= late} for s, ids in self.handled.items()}
        )
        found: list[Gap] = []
        self.behind = False
        for publisher, subscribed in subscribers.items():
            found += self._publisher(publisher, subscribed, remembered, now)
        return found

    def _publisher(
        self,
        publisher: str,
        subscribed: dict[str, tuple[str, ...]],
        remembered: dict[str, str],
        now: datetime,
    ) -> list[Gap]:
        # Before the outbox and the inboxes: what is acknowledged by now is in an inbox when that is read.
        acknowledged = self._acknowledged(publisher)
        missing_of: dict[str, list[str]] = defaultdict(list)
        late = str(first_id(now - timedelta(seconds=OVERLAP_S)))
        settled = self.settled[publisher]
        open_since: str | None = None
        for events in self._pages(publisher, settled, acknowledged, now):
            for subscriber, types in subscribed.items():
                mine = [event for event in events if event.type in types]
                mark = acknowledged.get(subscriber)
                known = [
                    event.id
                    for event in mine
                    if not _waits(event, mark) and event.id >= remembered[subscriber]
                ]
                missing = self._find_missing(subscriber, known, late)
                missing_of[subscriber] += missing
                unsettled = [event.id for event in mine if _waits(event, mark)] + missing
                open_since = min([*unsettled, *([open_since] if open_since else [])], default=None)
            settled = events[-1].id
        if open_since is not None:
            settled = min(settled, _before(open_since))
        self.settled[publisher] = max(self.settled[publisher], min(settled, late))
        return self._resend(publisher, missing_of)

    def _acknowledged(self, publisher: str) -> dict[str, redis_groups.Key]:
        groups = redis_groups.read_groups(self.redis, streams.stream_of(publisher))
        return {group.name: group.acknowledged for group in groups}

    def _pages(
        self, publisher: str, after: str, acknowledged: dict[str, redis_groups.Key], now: datetime
    ) -> Iterator[list[Event]]:
        until = str(first_id(now - timedelta(seconds=MIN_AGE_S)))
        least = min(acknowledged.values(), default=redis_groups.ORIGIN)
        for _ in range(PAGES):
            rows = self.query(publisher, _EVENTS, [after, until, PAGE])
            if not rows:
                return
            # After the rows: what is not unsent any more stands in a batch, or everybody has acknowledged it.
            in_flight: dict[int, redis_groups.Key] = {}
            for entry, sent in self.query(publisher, _IN_FLIGHT, list(least)):
                key = streams.entry_key(entry)
                for seq in sent:
                    in_flight[seq] = max(key, in_flight.get(seq, key))
            yield [Event(id, type, unsent, in_flight.get(seq)) for id, type, seq, unsent in rows]
            after = rows[-1][0]
            if len(rows) < PAGE:
                return
        self.behind = True

    def _find_missing(self, subscriber: str, ids: list[str], late: str) -> list[str]:
        unknown = [id for id in ids if id not in self.handled[subscriber]]
        if not unknown:
            return []
        missing_of = [row[0] for row in self.query(subscriber, _MISSING, [unknown, subscriber])]
        self.handled[subscriber] |= {id for id in unknown if id >= late} - set(missing_of)
        return missing_of

    def _remembered(self, subscriber: str, now: datetime) -> str:
        ((until,),) = self.query(subscriber, FORGOTTEN, [])
        return str(max(UUID(int=int(until) << 80), first_id(now - MIN_INBOX_AGE)))

    def _resend(self, publisher: str, missing_of: dict[str, list[str]]) -> list[Gap]:
        """What is not waited for from the last time."""
        clock = time.monotonic()
        due = {
            subscriber: ids
            for subscriber, missing in missing_of.items()
            if (ids := [id for id in missing if self.resent.get(id, (0, 0.0))[1] <= clock])
        }
        if not due:
            return []
        wanted = sorted({id for ids in due.values() for id in ids})
        self.replay(publisher, wanted)
        for id in wanted:
            times = self.resent.get(id, (0, 0.0))[0]
            self.resent[id] = times + 1, clock + min(MIN_BACKOFF_S * 2**times, MAX_BACKOFF_S)
        self.resent = {id: (n, at) for id, (n, at) in self.resent.items() if at > clock - MAX_BACKOFF_S}
        return [Gap(publisher, subscriber, tuple(map(UUID, ids))) for subscriber, ids in due.items()]


def _waits(event: Event, acknowledged: redis_groups.Key | None) -> bool:
    """Whether it is unsent, or in transit to a group that has acknowledged so far (None: no such group)."""
    if event.unsent or acknowledged is None:
        return True
    return event.entry is not None and event.entry > acknowledged


def _before(id: str) -> str:
    return str(UUID(int=UUID(id).int - 1))
