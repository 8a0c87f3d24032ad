"""Exchanges an API key for an access token."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from user_service.api_keys import selectors
from user_service.api_keys.errors import ApiKeyInvalid
from user_service.sessions import tokens
from user_service.sessions.clients import Client


@dataclass(frozen=True)
class ApiKeyToken:
    """An access token that allows what ``scope`` says, in words separated by spaces.

    ``expires_in``: its lifetime in seconds; there is no refresh token, the key is exchanged again.
    """

    access: str
    scope: str
    expires_in: int


def api_key_exchange(*, text: str, client: Client) -> ApiKeyToken:
    """Give an access token for a key, and write down that it was used.

    Args:
        text: the key as it was shown when it was made.
        client: where the request comes from.

    Raises:
        ApiKeyInvalid: nobody has it, or it is not usable any more, or its user is disabled.
    """
    with transaction.atomic():
        key = selectors.api_key_lock(text=text)
        if key is None or not key.is_usable or not key.user.is_active:
            raise ApiKeyInvalid
        key.last_used_at, key.last_used_from = timezone.now(), client.ip
        key.save(update_fields=["last_used_at", "last_used_from"])
    scope = " ".join(key.scopes)
    return ApiKeyToken(
        access=tokens.access_token(user_id=key.user_id, session_id=key.id, scope=scope),
        scope=scope,
        expires_in=int(settings.ACCESS_TOKEN_LIFETIME.total_seconds()),
    )
