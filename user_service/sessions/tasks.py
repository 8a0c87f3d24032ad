"""Periodic work on sessions."""

from __future__ import annotations

from celery import shared_task

from user_service.sessions.services import sessions_purge


@shared_task
def purge_ended_sessions() -> int:
    """Every night: forget sessions that ended long ago."""
    return sessions_purge()
