"""Sign-ins that wait for a code: what stands for the password that was right, for five minutes.

Nothing is stored: it is signed, names the user, and ends with a new password.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare

from user_service.accounts import selectors
from user_service.accounts.errors import UserNotFound
from user_service.accounts.models import User
from user_service.second_factor.errors import ChallengeInvalid

_SALT = "user_service.accounts.challenges"
#: More than the length of any.
CHALLENGE_MAX = 512


def challenge_make(user: User) -> str:
    """For a user whose password was just checked."""
    return signing.dumps([str(user.pk), user.get_session_auth_hash()], salt=_SALT)


def challenge_read(challenge: str) -> User:
    """Whose password was right.

    Raises:
        ChallengeInvalid: it was not made here, is too old, or the password was changed or the user disabled.
    """
    try:
        user_id, proof = signing.loads(challenge, salt=_SALT, max_age=settings.CHALLENGE_LIFETIME)
        user = selectors.user_get(user_id=UUID(user_id))
    except (signing.BadSignature, ValueError, TypeError, UserNotFound):
        raise ChallengeInvalid from None
    if not user.is_active or not constant_time_compare(proof, user.get_session_auth_hash()):
        raise ChallengeInvalid
    return user
