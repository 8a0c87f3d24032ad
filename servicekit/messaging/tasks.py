"""Periodic work on the streams and their tables."""

from __future__ import annotations

from celery import shared_task

from servicekit.messaging.operate import dead_letters, retention
from servicekit.messaging.publish.stream_capacity import trim_stream


@shared_task
def events_maintain() -> None:
    """Drop what every subscriber has acknowledged, remove old rows, bring the dead letters in order."""
    trim_stream()
    retention.outbox_remove_old()
    retention.inbox_remove_old()
    retention.replays_remove_old()
    dead_letters.tidy()
