"""Streams of server-sent events: how many may listen, what a slow listener misses, when a stream ends."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import RequestFactory
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest

from servicekit import event_stream
from servicekit.auth.principals import Anonymous, Principal
from servicekit.auth.sessions import session_revoke
from servicekit.event_stream import Listener, listeners, metrics
from servicekit.event_stream.errors import StreamsFull, TooManyStreams
from servicekit.event_stream.listener import HEARTBEAT
from servicekit.ids import new_id

#: Seconds after which something that should have come has not.
LATE_S = 20


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with none."""
    monkeypatch.setattr(listeners, "_listeners", set())
    monkeypatch.setattr(listeners, "_by_name", defaultdict(set))
    monkeypatch.setattr(listeners, "_counts", Counter())
    monkeypatch.setattr(metrics, "_listeners", 0)
    monkeypatch.setattr(metrics, "_dropped", 0)
    monkeypatch.setattr(metrics, "_refused", Counter({"too_many_streams": 0, "streams_full": 0}))


@pytest.fixture
def quick(settings: Any) -> None:
    """What happens every few seconds happens often."""
    settings.STREAM_HEARTBEAT_S = 0.02
    settings.STREAM_SESSION_CHECK_S = 0.02


def scraped() -> dict[str, float]:
    """What Prometheus is told."""
    registry = CollectorRegistry()
    registry.register(metrics.EventStreamCollector())
    lines = generate_latest(registry).decode().splitlines()
    return {name: float(value) for name, value in (line.split() for line in lines if line[0] != "#")}


def somebody(lifetime_s: float = 300) -> Principal:
    return Principal(new_id(), new_id(), frozenset({"customer"}), expires_at=time.time() + lifetime_s)


def listen(user: Any = None, address: str = "192.0.2.1") -> Listener:
    request = RequestFactory(headers={"X-Forwarded-For": address}).get("/")
    return event_stream.listen(request, names=frozenset({"AAPL", "MSFT"}), user=user or Anonymous())


def lines_of(listener: Listener) -> AsyncIterator[bytes]:
    content: Any = event_stream.answer(listener).streaming_content
    return aiter(content)


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run it; fail when it does not end. Looks for ended sessions have a thread, and a connection there."""

    async def all_of_it() -> None:
        try:
            await asyncio.wait_for(test(), LATE_S)
        finally:
            await sync_to_async(connections.close_all)()

    asyncio.run(all_of_it())


# ── How many ────────────────────────────────────────────────────────────────────────────────────


def test_so_many_listen_from_one_address_and_no_more() -> None:
    open_ = [listen() for _ in range(250)]
    with pytest.raises(TooManyStreams) as refused:
        listen()
    assert refused.value.retry_after > 0
    assert listen(address="192.0.2.2")
    assert listen(somebody())  # who is signed in is counted by who they are
    event_stream.answer(open_[0]).close()
    event_stream.answer(open_[0]).close()  # closed twice is left once
    assert listen()
    with pytest.raises(TooManyStreams):
        listen()
    assert scraped()["birzha_event_stream_listeners"] == 252
    assert scraped()['birzha_event_stream_refused_total{code="too_many_streams"}'] == 2


def test_a_user_has_ten_wherever_they_are() -> None:
    user = somebody()
    for number in range(10):
        listen(user, f"192.0.2.{number}")
    with pytest.raises(TooManyStreams):
        listen(user, "192.0.2.99")
    assert listen(somebody(), "192.0.2.1")


def test_a_process_has_a_thousand() -> None:
    for number in range(1000):
        listen(address=f"198.51.{number // 250}.1")
    with pytest.raises(StreamsFull):
        listen(address="203.0.113.1")
    assert scraped()["birzha_event_stream_listeners"] == 1000
    assert scraped()['birzha_event_stream_refused_total{code="streams_full"}'] == 1


# ── What is told ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("quick")
def test_a_quiet_stream_sends_comments() -> None:
    async def test() -> None:
        lines = lines_of(listen())
        assert (await anext(lines)).startswith(b"retry: ")
        assert [await anext(lines) for _ in range(3)] == [HEARTBEAT] * 3
        event_stream.offer("AAPL", "quote", 7, {"price": "1.00"})
        assert await anext(lines) == b'id: 7\nevent: quote\ndata: {"price":"1.00"}\n\n'
        assert await anext(lines) == HEARTBEAT

    run(test)


def test_a_slow_listener_misses_what_newer_has_replaced_and_it_is_counted() -> None:
    async def test() -> None:
        slow = listen()
        for number in range(1, 6):
            event_stream.offer("AAPL", "quote", number, {"n": number})
        event_stream.offer("AAPL", "quote", 3, {"n": "late"})  # older than what waits
        event_stream.offer("MSFT", "quote", 2, {"n": 2})
        event_stream.offer("TSLA", "quote", 9, {"n": 9})  # nobody asked for that
        lines = lines_of(slow)
        found = b"".join([await anext(lines) for _ in range(3)])
        assert found.count(b"event: quote") == 2
        assert b'data: {"n":5}' in found
        assert b'data: {"n":2}' in found
        event_stream.offer("AAPL", "quote", 6, {"n": 6})  # it has kept up: nothing waits
        assert b'data: {"n":6}' in await anext(lines)

    run(test)
    assert scraped()["birzha_event_stream_dropped_total"] == 5


# ── When it ends ────────────────────────────────────────────────────────────────────────────────


async def beats_until_the_end(listener: Listener) -> int:
    """How many lines that say nothing come before it ends."""
    return [line async for line in lines_of(listener)].count(HEARTBEAT)


@pytest.mark.usefixtures("quick")
@pytest.mark.django_db(transaction=True)
def test_a_stream_ends_with_its_token_and_no_other_does() -> None:
    async def test() -> None:
        other, nobody = lines_of(listen(somebody())), lines_of(listen())
        begun = time.time()
        assert await beats_until_the_end(listen(somebody(lifetime_s=0.5))) > 2
        assert time.time() - begun >= 0.5
        for lines in (other, nobody):
            assert HEARTBEAT in [await anext(lines) for _ in range(10)]

    run(test)


@pytest.mark.usefixtures("quick")
@pytest.mark.django_db(transaction=True)
def test_a_stream_ends_with_its_session_and_no_other_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servicekit.auth.sessions.MAX_AGE", 0.02)

    async def test() -> None:
        user = somebody()
        other, ended = lines_of(listen(somebody())), listen(user)
        ending = asyncio.create_task(beats_until_the_end(ended))
        await asyncio.sleep(0.2)
        assert not ending.done()
        await sync_to_async(session_revoke)(
            session_id=user.session_id, tokens_expire_at=timezone.now().replace(year=2100)
        )
        assert await ending > 2
        assert HEARTBEAT in [await anext(other) for _ in range(10)]

    run(test)
