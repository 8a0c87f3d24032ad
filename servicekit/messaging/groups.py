"""The groups that read this service's stream, and how far each has come.

They are remembered in the database: after Redis has lost everything, a subscriber that is down is not
forgotten. What a group has acknowledged is committed in its inbox, so its mark only ever rises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from servicekit.messaging import streams
from servicekit.messaging.models import StreamGroup, StreamState

_CONFIRMED = f"DELETE FROM outbox_batches WHERE {streams.LAST_ENTRY_KEY} <= (%s, %s)"

Key = tuple[int, int]
ORIGIN: Key = (0, 0)
#: The largest number of an entry within its millisecond.
LAST_NUMBER = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Group:
    """A subscriber's consumer group as Redis has it.

    Attributes:
        name: the subscribing service.
        pending: how many entries it has read and not acknowledged.
        lag: how many it has not read yet; None when Redis cannot tell (after a loss, for example).
        delivered: the last entry that it has read.
        acknowledged: it has acknowledged this entry and all before it.
    """

    name: str
    pending: int
    lag: int | None
    delivered: str
    acknowledged: Key


def text(key: Key) -> str:
    """A stream entry's id as Redis writes it."""
    return f"{key[0]}-{key[1]}"


def after(key: Key) -> str:
    """The smallest id that is later than the given one."""
    return text((key[0], key[1] + 1) if key[1] < LAST_NUMBER else (key[0] + 1, 0))


def look(client: Any, stream: str) -> list[Group]:
    """The groups of a stream that are there now.

    Returns:
        None of them when there is no such stream.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    try:
        found = client.xinfo_groups(stream)
    except redis.ResponseError as error:
        if "no such key" in str(error):
            return []
        raise
    return [
        Group(
            name=group["name"],
            pending=group["pending"],
            lag=group.get("lag"),
            delivered=group["last-delivered-id"],
            acknowledged=_acknowledged(client, stream, group),
        )
        for group in found
    ]


def _acknowledged(client: Any, stream: str, group: dict[str, Any]) -> Key:
    delivered = streams.entry_key(group["last-delivered-id"])
    if not group["pending"]:
        return delivered
    first = client.xpending(stream, group["name"])["min"]
    return min(delivered, _before(streams.entry_key(first))) if first else delivered


def _before(key: Key) -> Key:
    return (key[0], key[1] - 1) if key[1] else (key[0] - 1, LAST_NUMBER)


def remember(found: list[Group]) -> Key | None:
    """Note who reads the stream and how far they are.

    Returns:
        What every known group has acknowledged; None while no group has ever been seen. It is kept as
        :attr:`StreamState.confirmed` as well.
    """
    with transaction.atomic():
        StreamState.objects.get_or_create(pk=1)
        state = StreamState.objects.select_for_update().get()
        known = {group.name: streams.entry_key(group.acknowledged) for group in StreamGroup.objects.all()}
        for group in found:
            known[group.name] = max(group.acknowledged, known.get(group.name, ORIGIN))
        StreamGroup.objects.bulk_create(
            [
                StreamGroup(name=g.name, acknowledged=text(known[g.name]), seen_at=timezone.now())
                for g in found
            ],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["acknowledged", "seen_at"],
        )
        if not known:
            return None
        confirmed = min(known.values())
        if text(confirmed) != state.confirmed:
            StreamState.objects.update(confirmed=text(confirmed))
            _forget_batches(confirmed)
        return confirmed


def _forget_batches(confirmed: Key) -> None:
    """What every subscriber has acknowledged is never sent again."""
    with connection.cursor() as cursor:
        cursor.execute(_CONFIRMED, list(confirmed))


def forget(name: str) -> bool:
    """A service that will never read this stream again no longer holds anything back.

    Returns:
        Whether it was known.

    Raises:
        redis.RedisError: Redis does not answer; nothing has changed.
    """
    client, stream = streams.shared(), streams.stream_of(settings.SERVICE_NAME)
    destroyed = any(group.name == name for group in look(client, stream)) and bool(
        client.xgroup_destroy(stream, name)
    )
    return bool(StreamGroup.objects.filter(name=name).delete()[0]) or destroyed
