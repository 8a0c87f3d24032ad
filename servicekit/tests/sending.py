"""Events to send in tests, and the real consumer to receive them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from servicekit.contracts import billing, trading
from servicekit.contracts.base import Event
from servicekit.ids import new_id
from servicekit.messaging import streams
from servicekit.messaging.consume.consumer import Consumer
from servicekit.messaging.envelope import parse, to_json
from servicekit.messaging.models import UnsentEvent
from servicekit.messaging.publish import Outgoing, publish_many


def placed(order_id: Any = None) -> billing.HoldPlaced:
    return billing.HoldPlaced(
        hold_id=new_id(), order_id=order_id or new_id(), user_id=new_id(), amount=5, currency="USD"
    )


def declined(order_id: Any = None) -> billing.HoldDeclined:
    return billing.HoldDeclined(
        order_id=order_id or new_id(),
        user_id=new_id(),
        code="insufficient_funds",
        required=5,
        available=0,
        currency="USD",
    )


def cancel_requested(order_id: Any) -> trading.OrderCancelRequested:
    return trading.OrderCancelRequested(order_id=order_id, user_id=new_id(), requested_at=timezone.now())


def envelope_json(event: Event, sequence: int = 1, id: Any = None) -> str:
    return to_json(
        event,
        id=id or new_id(),
        source="billing",
        subject=event.subject,
        sequence=sequence,
        time=timezone.now(),
        request_id="r-1",
        traceparent="",
    )


def sent_sequences() -> list[int]:
    entries = streams.shared().xrange("events:trading")
    return [parse(fields["envelope"])["sequence"] for _, fields in entries]


def consume_until(done: Callable[[], bool], seconds: float = 60) -> None:
    """Run the real consumer in a thread until a condition holds."""
    stop = threading.Event()
    thread = threading.Thread(target=Consumer(stop).run)
    thread.start()
    try:
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, "the consumer did not get there"
            time.sleep(0.02)
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()


def sent() -> bool:
    """Whether the relay has sent everything."""
    return not UnsentEvent.objects.exists()


def send_ticks(count: int, subjects: int = 10) -> list[str]:
    """Publish so many events of a few orders; returns their ids in order."""
    orders = [new_id() for _ in range(subjects)]
    ids: list[str] = []
    for start in range(0, count, 100):
        with transaction.atomic():
            ids += map(
                str,
                publish_many(
                    Outgoing(cancel_requested(orders[n % subjects]), n // subjects + 1)
                    for n in range(start, min(start + 100, count))
                ),
            )
    return ids
