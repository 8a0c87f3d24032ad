"""Reads of API keys."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from user_service.api_keys.models import ApiKey


def api_keys_of(*, user_id: UUID) -> QuerySet[ApiKey]:
    """A user's usable keys, the newest first."""
    usable = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
    return ApiKey.objects.filter(usable, user_id=user_id)


def api_key_lock(*, text: str) -> ApiKey | None:
    """The key of a text with its user, its own row locked until the transaction ends; or None."""
    locked = ApiKey.objects.select_related("user").select_for_update(of=("self",), no_key=True)
    return locked.filter(digest=digest_of(text)).first()


def digest_of(text: str) -> str:
    """What is stored instead of a key."""
    return hashlib.sha256(text.encode()).hexdigest()
