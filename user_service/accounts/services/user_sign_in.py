"""Somebody proves who they are and gets tokens."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.db import transaction

from user_service.accounts import selectors
from user_service.accounts.errors import InvalidCredentials
from user_service.accounts.models import User
from user_service.sessions.clients import Client
from user_service.sessions.services import OperatorPass, TokenPair, operator_session_open, session_open


def user_authenticate(*, identifier: str, password: str) -> User:
    """Check a password. Every refusal takes the time of one hash, so that none tells more than another.

    Args:
        identifier: username or e-mail, in any case.
        password: as typed.

    Raises:
        InvalidCredentials: no such user, a wrong password, or a disabled user.
    """
    user = selectors.user_find(identifier=identifier)
    if user is None:
        make_password(password)
        raise InvalidCredentials
    if not user.check_password(password) or not user.is_active:
        raise InvalidCredentials
    return user


def user_sign_in(*, identifier: str, password: str, client: Client) -> TokenPair:
    """Open a session.

    Args:
        identifier: username or e-mail, in any case.
        password: as typed.
        client: where the request comes from, to be shown to the user later.

    Returns:
        An access and a refresh token of the new session.

    Raises:
        InvalidCredentials: as :func:`user_authenticate`.
    """
    user = user_authenticate(identifier=identifier, password=password)
    with transaction.atomic():
        _confirm(user)
        return session_open(user_id=user.id, is_operator=user.is_staff, client=client)


def operator_sign_in(*, user: User, client: Client) -> OperatorPass:
    """Open an operator's session, which every service's admin accepts.

    Args:
        user: an operator whose password was just checked.
        client: where the request comes from.

    Raises:
        InvalidCredentials: not an operator, or not any more.
    """
    with transaction.atomic():
        _confirm(user)
        if not user.is_staff:
            raise InvalidCredentials
        return operator_session_open(user_id=user.id, client=client)


def _confirm(user: User) -> None:
    """Lock the user and see that nobody was disabled, nor the password changed, since it was checked.

    Whoever disables a user ends their sessions under the same lock, so no session slips through.
    """
    now = selectors.user_lock(user_id=user.id)
    if not now.is_active or now.password != user.password or now.is_staff != user.is_staff:
        raise InvalidCredentials
