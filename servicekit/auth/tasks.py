"""Periodic work on sign-in data."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from servicekit.auth.models import RevokedSession


@shared_task
def revocations_purge() -> int:
    """Forget revoked sessions whose tokens have all expired. Returns how many."""
    return RevokedSession.objects.filter(tokens_expire_at__lt=timezone.now()).delete()[0]
