"""Streams of server-sent events in tests: opened as clients do, with the thread of their process beside."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.test import AsyncClient

from servicekit.event_stream.follower import Follower
from servicekit.messaging import streams
from servicekit.messaging.consume.changes import follow_changes

#: Seconds after which something that should have come has not.
LATE_S = 60

Events = AsyncIterator[tuple[str, dict[str, Any]]]


@contextmanager
def followed(follower: Follower) -> Iterator[None]:
    """What follows a service's changes, for the length of a test."""
    stop, heard = threading.Event(), threading.Event()

    def missed() -> None:
        follower.missed()
        heard.set()

    def run() -> None:
        follow_changes(follower.changed, missed, stop)
        connections.close_all()

    thread = threading.Thread(target=run)
    before, follower._thread = follower._thread, thread
    thread.start()
    assert heard.wait(LATE_S)
    try:
        yield
    finally:
        stop.set()
        streams.shared().publish(streams.changes_channel(settings.SERVICE_NAME), "")
        thread.join(LATE_S)
        follower._thread = before


def listen(path: str, bearer: str, test: Callable[[Events], Awaitable[None]]) -> None:
    """Run a test with the events of a stream: name and data, without heartbeats."""

    async def all_of_it() -> None:
        answer: Any = await AsyncClient().get(path, headers={"Authorization": f"Bearer {bearer}"})
        assert answer.status_code == 200
        try:
            await asyncio.wait_for(test(_events(aiter(answer.streaming_content))), LATE_S)
        finally:
            await sync_to_async(answer.close)()
            await sync_to_async(connections.close_all)()

    asyncio.run(all_of_it())


async def _events(lines: AsyncIterator[bytes]) -> Events:
    async for text in lines:
        fields = dict(line.split(": ", 1) for line in text.decode().splitlines() if ": " in line)
        if fields.get("event", "heartbeat") != "heartbeat":
            yield fields["event"], json.loads(fields["data"])
