"""The consumer groups of a stream in Redis: what each has read and acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import redis

from servicekit.messaging import streams

Key = tuple[int, int]
ORIGIN: Key = (0, 0)
#: The largest number of an entry within its millisecond.
LAST_NUMBER = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Group:
    """A subscriber's consumer group.

    Attributes:
        name: the subscribing service.
        pending: how many entries it has read and not acknowledged.
        lag: how many it has not read yet; None when Redis does not know (after a loss, for example).
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


def read_groups(client: Any, stream: str) -> list[Group]:
    """The groups of a stream that are there now.

    Returns:
        None of them when there is no such stream.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    try:
        last = client.xinfo_stream(stream)["last-generated-id"]  # first: what comes later does not count
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
            acknowledged=_acknowledged(client, stream, group, last),
        )
        for group in found
    ]


def _acknowledged(client: Any, stream: str, group: dict[str, Any], last: str) -> Key:
    delivered = streams.entry_key(group["last-delivered-id"])
    if group["pending"]:
        first = client.xpending(stream, group["name"])["min"]
        return min(delivered, _before(streams.entry_key(first))) if first else delivered
    end = streams.entry_key(last)
    if delivered < end and not client.xrange(stream, min=after(delivered), max=last, count=1):
        return end  # nothing is left that it could read
    return delivered


def _before(key: Key) -> Key:
    return (key[0], key[1] - 1) if key[1] else (key[0] - 1, LAST_NUMBER)
