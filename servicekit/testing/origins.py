"""Test support for tracing: distinct origins, and those recorded in the outbox."""

from __future__ import annotations

from servicekit.telemetry import Origin


def some_origins(count: int) -> list[Origin]:
    """As many requests, each with an id and a trace of its own."""
    return [
        Origin(f"click-{number}", f"00-{number:032x}-{number:016x}-01", f"shop={number},bank=b{number}")
        for number in range(1, count + 1)
    ]


def published_origins() -> list[tuple[str, str, Origin]]:
    """Type, subject and origin of what stands in this service's outbox, oldest first."""
    from servicekit.messaging.envelope import origin_of
    from servicekit.messaging.models import OutboxEvent

    rows = OutboxEvent.objects.order_by("outbox_seq").values_list("type", "subject", "envelope")
    return [(type_name, subject, origin_of(text)) for type_name, subject, text in rows]
