"""A table that tests put their handlers into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from servicekit.contracts import Event, billing
from servicekit.messaging.envelope import Received

#: What :func:`on_hold_placed` calls; a test replaces it.
calls: list[Callable[[Received[Any]], None]] = []


def on_hold_placed(message: Received[billing.HoldPlaced]) -> None:
    """Passes the message on to the test."""
    for call in calls:
        call(message)


SUBSCRIPTIONS: dict[type[Event], Callable[[Received[Any]], None]] = {billing.HoldPlaced: on_hold_placed}
