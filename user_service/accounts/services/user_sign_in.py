"""Signing in: checks the credentials and returns tokens."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction

from user_service.accounts import selectors
from user_service.accounts.errors import InvalidCredentials, SignInQuotaExceeded, TooManyAttempts
from user_service.accounts.models import DailyCount, User
from user_service.accounts.services.challenges import challenge_read
from user_service.accounts.services.daily_count import daily_count
from user_service.accounts.services.passwords import password_matches
from user_service.accounts.services.second_factor_check import second_factor_check
from user_service.accounts.services.sign_in_attempts import (
    attempt_begin,
    attempt_failed,
    attempt_succeeded,
)
from user_service.second_factor.selectors import factor_of, may_operate
from user_service.sessions.clients import Client
from user_service.sessions.models import Outcome, RevokedReason, SignInMethod
from user_service.sessions.services import (
    TokenPair,
    session_end_by_token,
    session_open,
    sign_in_record,
)


def user_authenticate(
    *, identifier: str, password: str, client: Client, method: SignInMethod = SignInMethod.TOKEN
) -> User:
    """Check a password. Every refusal takes the time of one hash, so that none tells more than another.

    Args:
        identifier: username or e-mail, in any case.
        password: as typed.
        client: where the request comes from.
        method: how they try to sign in.

    Raises:
        InvalidCredentials: no such user, a wrong password, or a disabled user.
        TooManyAttempts: there were too many wrong passwords.
    """
    user = selectors.user_find(identifier=identifier)
    user_id = user.pk if user else None
    try:
        attempt = attempt_begin(user=user, identifier=identifier, client=client)
    except TooManyAttempts:
        sign_in_record(outcome=Outcome.TOO_MANY_ATTEMPTS, method=method, client=client, user_id=user_id)
        raise
    matches = password_matches(user=user, password=password)
    if not matches or user is None or not user.is_active:
        attempt_failed(attempt)
        sign_in_record(outcome=_refusal(user, matches=matches), method=method, client=client, user_id=user_id)
        raise InvalidCredentials
    attempt_succeeded(attempt)
    return user


def _refusal(user: User | None, *, matches: bool) -> Outcome:
    if user is None:
        return Outcome.UNKNOWN_NAME
    return Outcome.DISABLED if matches else Outcome.WRONG_PASSWORD


def user_sign_in(
    *, identifier: str, password: str, client: Client, replaces: str = "", code: str = ""
) -> TokenPair:
    """Open a session.

    Args:
        identifier: username or e-mail, in any case.
        password: as typed.
        client: where the request comes from, to be shown to the user later.
        replaces: a refresh token of the session that this one takes the place of, "" for none.
        code: of the second factor, "" for none.

    Returns:
        An access and a refresh token of the new session.

    Raises:
        InvalidCredentials, TooManyAttempts: as :func:`user_authenticate`.
        SecondFactorRequired, CodeWrong: the account has a second factor, and there is no code, or not the
            right one.
        SignInQuotaExceeded: the account was signed in too often today.

    Emits:
        user.session.revoked.v1 for the session that was replaced.
    """
    user = user_authenticate(identifier=identifier, password=password, client=client)
    return _enter(user, code, client, replaces)


def user_sign_in_finish(*, challenge: str, code: str, client: Client, replaces: str = "") -> TokenPair:
    """Open a session with the code that :func:`user_sign_in` asked for.

    Args:
        challenge: of ``SecondFactorRequired``: it stands for the password.
        code, client, replaces: as there.

    Raises:
        ChallengeInvalid: it is too old, or the password was changed.
        CodeWrong, TooManyAttempts, SignInQuotaExceeded: as there.

    Emits:
        user.session.revoked.v1 for the session that was replaced.
    """
    return _enter(challenge_read(challenge), code, client, replaces)


def _enter(user: User, code: str, client: Client, replaces: str) -> TokenPair:
    factor_id = second_factor_check(user=user, code=code, client=client, method=SignInMethod.TOKEN)
    with transaction.atomic():
        confirm_unchanged(user, factor_id)
        sign_in_count(user)
        session_end_by_token(refresh=replaces, reason=RevokedReason.REPLACED)
        is_operator = may_operate(user_id=user.id, is_staff=user.is_staff)
        return session_open(user_id=user.id, is_operator=is_operator, client=client)


def sign_in_count(user: User) -> None:
    """Count one more session of today.

    Raises:
        SignInQuotaExceeded: there were too many.
    """
    limit = settings.SIGN_INS_A_DAY
    daily_count(action=DailyCount.Action.SIGN_IN, who=user.pk, limit=limit, refusal=SignInQuotaExceeded)


def confirm_unchanged(user: User, factor_id: UUID | None) -> None:
    """Lock the user, who was not disabled and whose password and second factor are as they were checked.

    Whoever disables a user or changes these ends their sessions under the same lock, so that none slips
    through.

    Args:
        user: as read before the password was checked.
        factor_id: of the second factor whose code was checked; None: there was none.

    Raises:
        InvalidCredentials: something did change.
    """
    now, factor = selectors.user_lock(user_id=user.id), factor_of(user_id=user.id)
    if not now.is_active or now.password != user.password or now.is_staff != user.is_staff:
        raise InvalidCredentials
    if (factor.id if factor else None) != factor_id:
        raise InvalidCredentials
