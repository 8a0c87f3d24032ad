"""The status of this service's events: unsent, unread by subscribers, being retried."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import redis
from django.conf import settings
from django.db.models import Count, Max, Min, Q, Sum
from django.utils import timezone

from servicekit.messaging import streams
from servicekit.messaging.models import FailedEvent, OutboxEvent, Replay, StreamGroup, UnsentEvent
from servicekit.messaging.publish import redis_groups

#: Unread entries are counted so far when Redis does not know their number.
COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A group on this service's stream.

    Attributes:
        group: the subscribing service.
        here: whether Redis knows it; one that does not is down, or Redis has lost it.
        lag: entries that it has not read.
        pending: entries that it has read and not acknowledged.
        acknowledged: everything up to this entry is in its inbox.
    """

    group: str
    here: bool
    lag: int
    pending: int
    acknowledged: str


@dataclass(frozen=True, slots=True)
class Status:
    """The status for operators and metrics.

    Attributes:
        service: whose events these are.
        unsent: events in the outbox that the stream does not have.
        oldest_unsent_seconds: the age of the oldest of them; 0 when there is none.
        stream_length: entries on the stream; None when Redis does not answer.
        subscribers: who reads the stream.
        retrying: received events whose handler raised, that are tried again.
        dead: those that were given up.
        replayed: events that were sent again by themselves, because a subscriber lacked them, lately.
        last_replay: when that last was, ISO 8601; "" when it was not.
    """

    service: str
    unsent: int
    oldest_unsent_seconds: float
    stream_length: int | None
    subscribers: tuple[Subscriber, ...]
    retrying: int
    dead: int
    replayed: int
    last_replay: str

    def to_data(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def status() -> Status:
    """How it is now. Without Redis, what the database knows."""
    outbox = OutboxEvent.objects.filter(outbox_seq__in=UnsentEvent.objects.values("outbox_seq")).aggregate(
        count=Count("*"), oldest=Min("created_at")
    )
    failed = FailedEvent.objects.aggregate(
        retrying=Count("pk", filter=Q(dead_at__isnull=True)),
        dead=Count("pk", filter=Q(dead_at__isnull=False)),
    )
    replays = Replay.objects.filter(by=Replay.RECONCILER).aggregate(events=Sum("events"), last=Max("at"))
    age = (timezone.now() - outbox["oldest"]).total_seconds() if outbox["oldest"] else 0.0
    length, subscribers = _stream()
    return Status(
        service=settings.SERVICE_NAME,
        unsent=outbox["count"],
        oldest_unsent_seconds=max(age, 0.0),
        stream_length=length,
        subscribers=subscribers,
        retrying=failed["retrying"],
        dead=failed["dead"],
        replayed=replays["events"] or 0,
        last_replay=replays["last"].isoformat(timespec="seconds") if replays["last"] else "",
    )


def _stream() -> tuple[int | None, tuple[Subscriber, ...]]:
    client, stream = streams.shared(), streams.stream_of(settings.SERVICE_NAME)
    known = dict(StreamGroup.objects.order_by("name").values_list("name", "acknowledged"))
    try:
        length: int | None = client.xlen(stream)
        found = {group.name: group for group in redis_groups.read_groups(client, stream)}
        lags = {name: _lag(client, stream, group) for name, group in found.items()}
    except redis.RedisError:
        length, found, lags = None, {}, {}
    subscribers = []
    for name in sorted(known.keys() | found.keys()):
        group, least = found.get(name), streams.entry_key(known.get(name, "0-0"))
        subscribers.append(
            Subscriber(
                group=name,
                here=group is not None,
                lag=lags.get(name, 0),
                pending=group.pending if group else 0,
                acknowledged=redis_groups.text(max(least, group.acknowledged) if group else least),
            )
        )
    return length, tuple(subscribers)


def _lag(client: Any, stream: str, group: redis_groups.Group) -> int:
    """Redis does not know the lag of a group once entries before it were deleted by hand or lost."""
    if group.lag is not None:
        return group.lag
    return len(client.xrange(stream, min=f"({group.delivered}", count=COUNTED))
