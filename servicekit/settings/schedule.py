"""The periodic tasks of a service, as its settings name them."""

from __future__ import annotations

from typing import Any

#: Seconds between two looks whether one of ``DUE_TASKS`` is due.
DUE_TASKS_PERIOD_S = 1.0


def every(seconds: float, task: str) -> dict[str, Any]:
    """An entry of ``CELERY_BEAT_SCHEDULE``; after a stall it runs once, not for each time that it missed."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


def due_task(app: str, task: str, *, when: str) -> tuple[str, str]:
    """An entry of ``DUE_TASKS``: a task of an app, run as long as one of the app's selectors finds something.

    Returns:
        The path of the task and that of the selector.
    """
    return f"{app}.tasks.{task}", f"{app}.selectors.{when}"
