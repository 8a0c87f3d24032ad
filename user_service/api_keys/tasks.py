"""Periodic work on API keys."""

from __future__ import annotations

from celery import shared_task

from user_service.api_keys.services import api_keys_purge


@shared_task
def purge_ended_api_keys() -> int:
    """Every night: forget keys that ended long ago."""
    return api_keys_purge()
