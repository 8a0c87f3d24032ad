"""Erases what a user called the API keys of an account that is closed, and where they were used from."""

from __future__ import annotations

from uuid import UUID

from user_service.api_keys.models import ApiKey


def api_keys_forget(*, user_id: UUID) -> None:
    """Erase it; the keys, which are revoked, are deleted as others are."""
    ApiKey.objects.filter(user_id=user_id).update(name="", last_used_from=None)
