"""Which sessions have ended, by the events of user_service."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from servicekit.auth.models import RevokedSession

#: Seconds that a process trusts its copy of the list. With the event's way here (some 20 ms) a
#: session ends everywhere well within the promised 2 s.
MAX_AGE = 1.0

_copy: set[UUID] = set()
_read_at = 0.0
_lock = threading.Lock()


def session_revoke(*, session_id: UUID, tokens_expire_at: datetime) -> None:
    """Refuse the session's tokens from now on (other processes: within ``MAX_AGE``)."""
    RevokedSession.objects.update_or_create(
        session_id=session_id, defaults={"tokens_expire_at": tokens_expire_at}
    )
    forget_copy()


def session_is_revoked(session_id: UUID) -> bool:
    """Whether the session has ended."""
    global _copy, _read_at
    now = time.monotonic()
    if now - _read_at > MAX_AGE:
        with _lock:
            if now - _read_at > MAX_AGE:
                _copy = set(
                    RevokedSession.objects.filter(tokens_expire_at__gt=timezone.now()).values_list(
                        "session_id", flat=True
                    )
                )
                _read_at = now
    return session_id in _copy


def forget_copy() -> None:
    """Read the list anew at the next question."""
    global _read_at
    _read_at = 0.0
