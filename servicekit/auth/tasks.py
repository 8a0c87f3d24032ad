"""Periodic work on sign-in data."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from servicekit.auth.models import RevokedSession

#: Revocations stay so long after the tokens' end: a clock that was ahead for hours brings none back.
KEPT = timedelta(days=1)


@shared_task
def revocations_purge() -> int:
    """Forget revoked sessions whose tokens have all expired long ago. Returns how many."""
    return RevokedSession.objects.filter(tokens_expire_at__lt=timezone.now() - KEPT).delete()[0]
