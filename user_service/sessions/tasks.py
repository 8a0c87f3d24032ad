"""Periodic work on sessions."""

from __future__ import annotations

import os
from pathlib import Path

from celery import shared_task
from django.conf import settings

from user_service.sessions.keys import key_retire
from user_service.sessions.services import sessions_purge, sign_ins_purge


@shared_task
def purge_ended_sessions() -> int:
    """Every night: forget sessions that ended long ago."""
    return sessions_purge()


@shared_task
def purge_sign_ins() -> int:
    """Every hour: delete records of sign-ins and refusals that are old or beyond the limit of rows."""
    return sign_ins_purge()


@shared_task
def retire_signing_keys() -> list[str]:
    """Every night: delete keys that nothing depends on any more. Returns their ids."""
    directory = Path(settings.JWT_KEYS)
    if not os.access(directory, os.W_OK):  # whoever put the keys there also removes them
        return []
    return key_retire(directory)
