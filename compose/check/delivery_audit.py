"""Comparing what one service published with what another handled, where retention has removed a part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import ClassVar
from uuid import UUID

from compose.check.model import Finding, SameRows
from compose.check.snapshot import Snapshot, first_id


@dataclass(frozen=True)
class DeliveryAudit:
    """What a publisher has said that concerns a subscriber, and what the subscriber has handled.

    Both ways: what never arrived, and what came from nowhere. Events of days of which neither side has
    removed a row are compared one by one. Of older days, each side says how many there were and the
    sum of their hashes, of what is there and of what was removed (``removed_events``) together.

    Attributes:
        publisher, subscriber: services.
        types: of the events.
    """

    publisher: str
    subscriber: str
    types: tuple[str, ...]

    streams: ClassVar[bool] = False
    light: ClassVar[bool] = True

    @property
    def name(self) -> str:
        return f"what {self.publisher} published is not what {self.subscriber} handled"

    @property
    def services(self) -> tuple[str, ...]:
        return (self.publisher, self.subscriber)

    def run(self, snapshot: Snapshot) -> Finding:
        """The events that only one side knows, and the days of old on which the two do not agree."""
        kept_since = self.kept_since(snapshot)
        finding = self.one_by_one(kept_since).run(snapshot)
        if kept_since > (snapshot.since or UUID(int=0)):
            by_day = self.by_day(kept_since).run(snapshot)
            finding.count += by_day.count
            finding.sample += by_day.sample
        return Finding(self, finding.count, finding.sample)

    def kept_since(self, snapshot: Snapshot) -> UUID:
        """The first id of the days of which nothing was removed; the smallest of all if nothing ever was."""
        removed = "SELECT max(day) AS day FROM removed_events WHERE side = '{}' AND type IN ({})"
        days = [
            snapshot.all(service, removed.format(side, self._types))[0]["day"]
            for service, side in ((self.publisher, "outbox"), (self.subscriber, "inbox"))
        ]
        last = max((day for day in days if day), default=None)
        if last is None:
            return UUID(int=0)
        return first_id(datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC))

    def one_by_one(self, kept_since: UUID) -> SameRows:
        """The comparison of what is still there on both sides."""
        return SameRows(
            self.name,
            "event_id",
            (
                self.publisher,
                f"""
                SELECT id AS event_id, type FROM outbox
                WHERE type IN ({self._types}) AND id >= '{kept_since}' /* since: id */
                """,
            ),
            (
                self.subscriber,
                f"""
                SELECT event_id, type FROM inbox
                WHERE type IN ({self._types}) AND event_id >= '{kept_since}' /* since: event_id */
                """,
            ),
        )

    def by_day(self, kept_since: UUID) -> SameRows:
        """The comparison of the days before."""
        day = """
            SELECT type || ' ' || day AS type_and_day, sum(count)::bigint AS events, sum(digest) AS digest
            FROM (
                SELECT type, event_day({id}) AS day, count(*) AS count, sum(event_hash({id})) AS digest
                FROM {table} WHERE type IN ({types}) AND {id} < '{kept_since}' GROUP BY 1, 2
                UNION ALL
                SELECT type, day, count, digest FROM removed_events
                WHERE side = '{table}' AND type IN ({types})
            ) AS total GROUP BY type, day
        """
        published = day.format(table="outbox", id="id", types=self._types, kept_since=kept_since)
        handled = day.format(table="inbox", id="event_id", types=self._types, kept_since=kept_since)
        return SameRows(self.name, "type_and_day", (self.publisher, published), (self.subscriber, handled))

    @property
    def _types(self) -> str:
        return ", ".join(f"'{name}'" for name in self.types)
