"""Deletes API keys that ended long ago."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from user_service.api_keys.models import ApiKey


def api_keys_purge() -> int:
    """Delete what was revoked or expired longer than ``SESSION_RETENTION`` ago. Returns how many."""
    before = timezone.now() - settings.SESSION_RETENTION
    ended = ApiKey.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))
    return ended.delete()[0]
