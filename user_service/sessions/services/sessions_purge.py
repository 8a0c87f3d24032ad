"""Deletes sessions that ended long ago."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from user_service.sessions.models import Session

BATCH = 1000


def sessions_purge() -> int:
    """Delete what expired or was revoked longer than ``SESSION_RETENTION`` ago. Returns how many."""
    before = timezone.now() - settings.SESSION_RETENTION
    ended = Session.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))
    purged = 0
    while batch := list(ended.values_list("pk", flat=True)[:BATCH]):
        purged += Session.objects.filter(pk__in=batch).delete()[0]
    return purged
