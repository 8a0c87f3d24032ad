"""Revokes API keys."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from user_service.api_keys.errors import ApiKeyIsRevoked, ApiKeyNotFound
from user_service.api_keys.models import ApiKey
from user_service.sessions.services import tokens_refuse


def api_key_revoke(*, user_id: UUID, key_id: UUID) -> None:
    """A user revokes a key of theirs; one that is revoked stays as it is.

    Raises:
        ApiKeyNotFound: it is not one of the user's.

    Emits:
        user.session.revoked.v1, by which all services refuse its tokens, when it was usable.
    """
    key = ApiKey.objects.filter(pk=key_id, user_id=user_id).first()
    if key is None:
        raise ApiKeyNotFound
    _revoke(key)


def api_key_close(*, key_id: UUID, by: Actor, reason: str) -> None:
    """An operator revokes a key.

    Raises:
        ApiKeyIsRevoked: somebody was faster.

    Emits:
        user.session.revoked.v1
    """
    with transaction.atomic():
        key = ApiKey.objects.get(pk=key_id)
        if not _revoke(key):
            raise ApiKeyIsRevoked
        record(
            "api_key.revoke", key, by=by, reason=reason, before={"revoked": False}, after={"revoked": True}
        )


def api_keys_revoke(*, user_id: UUID) -> int:
    """Revoke every key of a user, also one that has expired: the clock may be ahead. Returns how many.

    Emits:
        user.session.revoked.v1 for each.
    """
    return sum(map(_revoke, ApiKey.objects.filter(user_id=user_id, revoked_at=None).order_by("id")))


def _revoke(key: ApiKey) -> bool:
    with transaction.atomic():
        usable = ApiKey.objects.filter(pk=key.pk, revoked_at=None)
        if not usable.update(revoked_at=timezone.now()):
            return False
        key.refresh_from_db(fields=["last_used_at"])  # it may have been exchanged a moment ago
        tokens_refuse(session_id=key.pk, user_id=key.user_id, last_signed_at=key.last_used_at)
    return True
