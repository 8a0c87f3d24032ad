"""Periodic work on the streams and their tables."""

from __future__ import annotations

from celery import shared_task

from servicekit.messaging.consume import failures
from servicekit.messaging.operate import retention
from servicekit.messaging.publish.stream_capacity import trim_stream


@shared_task
def events_maintain() -> None:
    """Trim the stream, remove old rows, forget the failures of what was handled after all."""
    trim_stream()
    retention.outbox_remove_old()
    retention.inbox_remove_old()
    retention.replays_remove_old()
    failures.forget_handled()
