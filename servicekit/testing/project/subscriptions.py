"""A table that tests put their handlers into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from servicekit.contracts import Event, billing, user
from servicekit.handlers.sessions import on_session_revoked
from servicekit.messaging.consume import Received, in_batches

#: What :func:`on_hold_placed` calls; a test replaces it.
calls: list[Callable[[Received[Any]], None]] = []


def on_hold_placed(message: Received[billing.HoldPlaced]) -> None:
    """Passes the message on to the test."""
    for call in calls:
        call(message)


#: What :func:`on_holds_declined` calls with each batch; a test replaces it.
batch_calls: list[Callable[[Sequence[Received[Any]]], None]] = []


@in_batches
def on_holds_declined(messages: Sequence[Received[billing.HoldDeclined]]) -> None:
    """Passes the batch on to the test."""
    for call in batch_calls:
        call(messages)


SUBSCRIPTIONS: dict[type[Event], Callable[[Any], None]] = {
    billing.HoldPlaced: on_hold_placed,
    user.SessionRevoked: on_session_revoked,
    billing.HoldDeclined: on_holds_declined,
}
