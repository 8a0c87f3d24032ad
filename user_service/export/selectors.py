"""Reads all that is known here of a user."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from user_service.accounts.models import AccountLink, LinkPurpose, User
from user_service.accounts.selectors import user_get
from user_service.api_keys.models import ApiKey
from user_service.closings.models import Closing
from user_service.sessions.models import Session, SignIn

#: So many rows of each kind at most, the latest: a program that signs in all day has more.
MOST_ROWS = 2000


class UserData(NamedTuple):
    """A user, and the latest rows of what is about them; no secret, nor a digest of one, is among it."""

    user: User
    sessions: QuerySet[Session]
    sign_ins: QuerySet[SignIn]
    api_keys: QuerySet[ApiKey]
    email_changes: QuerySet[AccountLink]
    closings: QuerySet[Closing]


def known_of(*, user_id: UUID) -> UserData:
    """All that is known of a user: what has ended too, for as long as it is kept.

    Raises:
        UserNotFound: nobody has this id.
    """
    return UserData(
        user_get(user_id=user_id),
        _latest(Session.objects.filter(user_id=user_id)),
        _latest(SignIn.objects.filter(user_id=user_id)),
        _latest(ApiKey.objects.filter(user_id=user_id)),
        _latest(
            AccountLink.objects.filter(user_id=user_id, purpose=LinkPurpose.CHANGE_EMAIL).order_by(
                "-created_at"
            )
        ),
        _latest(Closing.objects.filter(user_id=user_id)),
    )


def _latest(rows: Any) -> Any:
    return rows[:MOST_ROWS]
