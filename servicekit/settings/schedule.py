"""The periodic tasks of a service, as its settings name them."""

from __future__ import annotations

from typing import Any


def every(seconds: float, task: str) -> dict[str, Any]:
    """An entry of ``CELERY_BEAT_SCHEDULE``; after a stall it runs once, not for each time that it missed."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}
