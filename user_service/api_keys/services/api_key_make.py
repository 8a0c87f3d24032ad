"""A user makes an API key."""

from __future__ import annotations

import secrets
import string
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from servicekit.auth.scopes import Scope
from user_service.api_keys import selectors
from user_service.api_keys.errors import TooManyApiKeys
from user_service.api_keys.models import HINT_LENGTH, ApiKey
from user_service.sessions.services import security_notice

#: What every key begins with: whoever finds one, a scanner of secrets too, sees what it is.
PREFIX = "birzha_"
_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True)
class MadeApiKey:
    """The row of a new key, and its text, which is nowhere else and not shown again."""

    row: ApiKey
    text: str


def api_key_make(
    *, user_id: UUID, name: str, scopes: Collection[str], expires_in_days: int | None = None
) -> MadeApiKey:
    """Make a key.

    Args:
        user_id: whose.
        name: by which its user knows it again.
        scopes: of :class:`Scope`, at least one; who may trade may read as well.
        expires_in_days: after so many; None: never.

    Raises:
        TooManyApiKeys: there are ``API_KEYS_PER_USER``.

    Emits:
        user.security.noticed.v1
    """
    text = PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(40))
    now = timezone.now()
    given = set(scopes) | {Scope.READ}
    with transaction.atomic():
        get_user_model().objects.select_for_update(no_key=True).only("pk").get(pk=user_id)
        if selectors.api_keys_of(user_id=user_id).count() >= settings.API_KEYS_PER_USER:
            raise TooManyApiKeys(limit=settings.API_KEYS_PER_USER)
        row = ApiKey.objects.create(
            user_id=user_id,
            name=name,
            scopes=[scope for scope in Scope.values if scope in given],
            digest=selectors.digest_of(text),
            hint=text[:HINT_LENGTH],
            created_at=now,
            expires_at=now + timedelta(days=expires_in_days) if expires_in_days else None,
        )
        security_notice(user_id=user_id, notice="api_key_made")
    return MadeApiKey(row, text)
