"""Whoever is signed in shows that they know the password, before something that a thief must not do."""

from __future__ import annotations

from uuid import UUID

from user_service.accounts import selectors
from user_service.accounts.errors import PasswordWrong, TooManyAttempts
from user_service.accounts.models import User
from user_service.accounts.services.passwords import password_matches
from user_service.accounts.services.sign_in_attempts import (
    attempt_begin,
    attempt_failed,
    attempt_succeeded,
)
from user_service.sessions.clients import Client
from user_service.sessions.models import Outcome, SignInMethod
from user_service.sessions.services import sign_in_record


def password_confirm(
    *,
    user_id: UUID,
    password: str,
    client: Client,
    method: SignInMethod,
    refusal: type[PasswordWrong] = PasswordWrong,
) -> User:
    """Check the password of a signed-in user; a wrong one counts as at signing in.

    Args:
        user_id: whose.
        password: as typed.
        client: where the request comes from.
        method: what it is needed for.
        refusal: what is raised if it is wrong.

    Returns:
        The user as read before the check: for :func:`confirmed_lock`.

    Raises:
        PasswordWrong: ``refusal``; it is not it.
        TooManyAttempts: there were too many wrong ones.
        UserNotFound: nobody has this id.
    """
    user = selectors.user_get(user_id=user_id)
    try:
        attempt = attempt_begin(user=user, identifier=user.username, client=client)
    except TooManyAttempts:
        sign_in_record(outcome=Outcome.TOO_MANY_ATTEMPTS, method=method, client=client, user_id=user_id)
        raise
    if not password_matches(user=user, password=password):
        attempt_failed(attempt)
        sign_in_record(outcome=Outcome.WRONG_PASSWORD, method=method, client=client, user_id=user_id)
        raise refusal
    attempt_succeeded(attempt)
    return user


def confirmed_lock(user: User, *, refusal: type[PasswordWrong] = PasswordWrong) -> User:
    """Lock the row of a user whose password was confirmed; in a transaction.

    Raises:
        PasswordWrong: ``refusal``; another request has changed it since.
    """
    now = selectors.user_lock(user_id=user.pk)
    if now.password != user.password:
        raise refusal
    return now
