"""Appending to a stream in one exchange with Redis, and never after a loss that nobody has seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from servicekit.messaging.publish.stream_writer import ORIGIN, StreamWriter
from servicekit.tests.server import Server

STREAM = "events:trading"
ENTRIES = [{"type": "a", "envelope": str(number)} for number in range(3)]


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("v"))
    settings.REDIS_URL = made.url
    made.start()
    yield made
    made.kill()


@pytest.fixture
def exchanges(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many commands each exchange had."""
    counts: list[int] = []
    really = StreamWriter._exchange

    def counted(self: StreamWriter, entries: Any) -> Any:
        counts.append(len(entries))
        return really(self, entries)

    monkeypatch.setattr(StreamWriter, "_exchange", counted)
    return counts


def test_a_batch_is_one_exchange_while_others_read_and_acknowledge(
    server: Server, exchanges: list[int]
) -> None:
    client, writer, last = server.client(), StreamWriter(STREAM), ORIGIN
    client.xgroup_create(STREAM, "billing", id="0", mkstream=True)
    for _ in range(3):
        ids = writer.append(ENTRIES, after=last)
        assert isinstance(ids, list)
        last = ids[-1]
        ((_, read),) = client.xreadgroup("billing", "worker", {STREAM: ">"})
        assert [entry for entry, _ in read] == ids
        assert [fields for _, fields in read] == ENTRIES
        client.xack(STREAM, "billing", *ids)
    assert exchanges == [0, 3, 3, 3]


@pytest.mark.parametrize("lost", ["flushed", "trimmed and set back", "started anew"])
def test_what_was_lost_between_two_batches_is_seen_before_the_second(server: Server, lost: str) -> None:
    client, writer = server.client(), StreamWriter(STREAM)
    ids = writer.append(ENTRIES, after=ORIGIN)
    if lost == "flushed":
        client.flushall()
    elif lost == "trimmed and set back":
        client.delete(STREAM)
        client.xadd(STREAM, {"type": "b", "envelope": ""}, id="1-1")
    else:
        server.kill()
        server.lose_tail(1)
        server.start()
        with pytest.raises(redis.ConnectionError):
            writer.append(ENTRIES, after=ids[-1])
    answer = writer.append(ENTRIES, after=ids[-1])
    assert answer == ("1-1" if lost == "trimmed and set back" else ORIGIN)
    assert server.client().xlen(STREAM) == (1 if lost == "trimmed and set back" else 0)


def test_nothing_to_append_looks_anew(server: Server, exchanges: list[int]) -> None:
    writer = StreamWriter(STREAM)
    ids = writer.append(ENTRIES, after=ORIGIN)
    assert writer.append([], after=ids[-1]) == []
    server.client().delete(STREAM)
    assert writer.append([], after=ids[-1]) == ORIGIN
    assert exchanges == [0, 3, 0, 0]
