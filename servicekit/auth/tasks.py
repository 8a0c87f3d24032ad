"""Periodic work on sign-in data."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from servicekit.auth.models import RevokedSession

#: By so much a clock may have been ahead: revocations stay that long after the tokens' end.
CLOCK_AHEAD = timedelta(days=1)


@shared_task
def revocations_purge() -> int:
    """Forget revoked sessions whose tokens have all expired long ago. Returns how many."""
    return RevokedSession.objects.filter(tokens_expire_at__lt=timezone.now() - CLOCK_AHEAD).delete()[0]
