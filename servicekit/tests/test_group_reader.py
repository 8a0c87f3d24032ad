"""Reading as a consumer of a group, and acknowledging in the same exchange, on a real Redis server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from servicekit.messaging import streams
from servicekit.messaging.consume.group_reader import MAX_SKIPPED, GroupReader

STREAM, GROUP = "events:billing", "trading"


@pytest.fixture
def reader(redis_streams: Any) -> Iterator[GroupReader]:
    client = streams.connect(own=True)
    client.xgroup_create(STREAM, "other", id="$", mkstream=True)  # there is a stream
    redis_streams.xgroup_destroy(STREAM, "other")
    redis_streams.xgroup_destroy(STREAM, GROUP)
    client.xgroup_create(STREAM, GROUP, id="$")
    yield GroupReader(client, group=GROUP, name="worker")
    client.close()


def add(client: Any, count: int) -> list[str]:
    return [client.xadd(STREAM, {"type": "x", "envelope": f"{n}"}) for n in range(count)]


def pending(client: Any) -> int:
    return int(client.xpending(STREAM, GROUP)["pending"])


def test_it_reads_what_the_group_has_not_read(reader: GroupReader, redis_streams: Any) -> None:
    ids = add(redis_streams, 3)
    assert reader.read([STREAM], count=2, block_ms=1) == [
        (STREAM, [(ids[0], {"type": "x", "envelope": "0"}), (ids[1], {"type": "x", "envelope": "1"})])
    ]
    assert [entry for entry, _ in reader.read([STREAM], count=2, block_ms=1)[0][1]] == ids[2:]
    assert reader.read([STREAM], count=2, block_ms=1) == []


def test_what_was_handled_is_acknowledged_by_the_next_reading(
    reader: GroupReader, redis_streams: Any
) -> None:
    ids = add(redis_streams, 3)
    reader.read([STREAM], count=9, block_ms=1)
    reader.acknowledge(STREAM, handled=[], skipped=ids[:1])
    reader.read([STREAM], count=9, block_ms=1)
    assert pending(redis_streams) == 3  # alone it would be a command of its own
    reader.acknowledge(STREAM, handled=ids[1:2], skipped=[])
    assert pending(redis_streams) == 3
    before = redis_streams.info("stats")["total_commands_processed"]
    reader.read([STREAM], count=9, block_ms=1)
    assert pending(redis_streams) == 1
    done = redis_streams.info("stats")["total_commands_processed"] - before
    assert done == 4  # INFO, XACK, XREADGROUP and XPENDING
    reader.acknowledge(STREAM, handled=[], skipped=ids[2:])
    reader.acknowledge_now()
    assert pending(redis_streams) == 0


def test_what_is_not_for_us_is_acknowledged_at_the_latest_when_there_is_much(
    reader: GroupReader, redis_streams: Any
) -> None:
    ids = add(redis_streams, MAX_SKIPPED)
    reader.read([STREAM], count=MAX_SKIPPED, block_ms=1)
    reader.acknowledge(STREAM, handled=[], skipped=ids)
    reader.read([STREAM], count=1, block_ms=1)
    assert pending(redis_streams) == 0


def test_after_a_refusal_nobody_reads_the_answer_of_another_command(
    reader: GroupReader, redis_streams: Any
) -> None:
    add(redis_streams, 1)
    reader.acknowledge("events:nobody", handled=["1-1"], skipped=[])
    with pytest.raises(redis.exceptions.NoPermissionError):
        reader.read([STREAM], count=1, block_ms=1)
    (later,) = add(redis_streams, 1)
    assert [entry for entry, _ in reader.read([STREAM], count=1, block_ms=1)[0][1]] == [later]
    assert pending(redis_streams) == 2  # the first is read again as unacknowledged
