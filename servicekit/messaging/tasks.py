"""Periodic work on the streams."""

from __future__ import annotations

from celery import shared_task

from servicekit.messaging.trim import trim_stream


@shared_task
def stream_trim() -> int:
    """Drop what every subscriber has acknowledged. Returns how many entries were dropped."""
    return trim_stream()
