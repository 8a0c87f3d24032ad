"""Violations on the streams: (invariant, check, what breaks it, done by one who may do everything)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compose.check.tests.story import stream
from servicekit.contracts.subscribers import event_routes

Breaks = Callable[[Any], object]


def _unread(publisher: str) -> Breaks:
    return lambda client: client.xadd(stream(publisher), {"type": "x", "envelope": "{}"})


def _unacknowledged(publisher: str, subscriber: str) -> Breaks:
    def do(client: Any) -> None:
        client.xadd(stream(publisher), {"type": "x", "envelope": "{}"})
        client.xreadgroup(subscriber, "worker", {stream(publisher): ">"})

    return do


def _no_group(publisher: str, subscriber: str) -> Breaks:
    return lambda client: client.xgroup_destroy(stream(publisher), subscriber)


def _no_stream(publisher: str) -> Breaks:
    return lambda client: client.delete(stream(publisher))


VIOLATIONS: list[tuple[str, str, Breaks]] = []
for publisher, subscriber, _ in event_routes():
    name = f"{subscriber} has not done with all of events:{publisher}"
    VIOLATIONS += [
        ("I12", name, _unread(publisher)),
        ("I12", name, _unacknowledged(publisher, subscriber)),
        ("I12", name, _no_group(publisher, subscriber)),
        ("I12", name, _no_stream(publisher)),
    ]
