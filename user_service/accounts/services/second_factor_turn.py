"""A user turns the second factor on or off, or has new recovery codes made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction

from user_service.accounts.models import User
from user_service.accounts.services.daily_count import profile_change_count
from user_service.accounts.services.password_confirm import confirmed_lock, password_confirm
from user_service.accounts.services.second_factor_check import code_check
from user_service.second_factor.codes import matching_step, secret_read
from user_service.second_factor.errors import (
    CodeWrong,
    SecondFactorObligatory,
    SecondFactorOff,
    SecondFactorOn,
    SecretInvalid,
)
from user_service.second_factor.models import SecondFactor
from user_service.second_factor.selectors import factor_of, is_obligatory
from user_service.second_factor.services import factor_remove, factor_set, recovery_codes_make
from user_service.sessions.clients import Client
from user_service.sessions.models import RevokedReason, SignInMethod
from user_service.sessions.services import security_notice, sessions_revoke


def second_factor_turn_on(
    *, user_id: UUID, session_id: UUID, secret: str, code: str, password: str, client: Client
) -> list[str]:
    """Turn it on, and sign out everywhere else: whoever was signed in has shown a password only.

    Args:
        user_id: whose.
        session_id: of the request; it stays.
        secret: what the user's app was given, in Base32.
        code: of the app: it has that secret, and its clock is right.
        password: the present one, as typed.
        client: where the request comes from.

    Returns:
        The recovery codes, which are nowhere else.

    Raises:
        PasswordWrong: it is not it.
        TooManyAttempts: there were too many wrong passwords.
        SecretInvalid, CodeWrong: the secret is none; the code is not of it.
        SecondFactorOn: there is one.
        ProfileQuotaExceeded: it was changed too often today.

    Emits:
        user.session.revoked.v1 for each session that ended; user.security.noticed.v1.
    """
    raw, step = secret_proof(secret=secret, code=code)
    user = password_confirm(
        user_id=user_id, password=password, client=client, method=SignInMethod.SECOND_FACTOR
    )
    with _locked(user):
        return factor_begin(user_id=user_id, secret=raw, step=step, but=session_id)


def secret_proof(*, secret: str, code: str) -> tuple[bytes, int]:
    """The bytes of a new secret, and the time step of the code that shows that an app has it.

    Raises:
        SecretInvalid, CodeWrong: it is none; the code is not of it.
    """
    raw = secret_read(secret)
    if raw is None:
        raise SecretInvalid
    step = matching_step(secret=raw, code=code, after=0)
    if step is None:
        raise CodeWrong
    return raw, step


def factor_begin(*, user_id: UUID, secret: bytes, step: int, but: UUID | None = None) -> list[str]:
    """Give a user a second factor, under the lock of the user's row. Returns the recovery codes.

    Args:
        secret, step: of :func:`secret_proof`.
        but: the session that stays.

    Raises:
        SecondFactorOn: there is one.
    """
    if factor_of(user_id=user_id) is not None:
        raise SecondFactorOn
    factor = factor_set(user_id=user_id, secret=secret, step=step)
    sessions_revoke(user_id=user_id, reason=RevokedReason.SECOND_FACTOR, but=but)
    security_notice(user_id=user_id, notice="second_factor_on")
    return recovery_codes_make(factor=factor)


def second_factor_turn_off(
    *, user_id: UUID, session_id: UUID, code: str, password: str, client: Client
) -> None:
    """Turn it off, and sign out everywhere else.

    Args:
        code: of the app, or a recovery code.
        the others: as for :func:`second_factor_turn_on`.

    Raises:
        PasswordWrong, TooManyAttempts, CodeWrong, ProfileQuotaExceeded: as there.
        SecondFactorOff: there is none.
        SecondFactorObligatory: an operator, where operators need one.

    Emits:
        user.session.revoked.v1 for each session that ended; user.security.noticed.v1.
    """
    user, factor = _proved(user_id, code, password, client, keep=False)
    with _locked(user, factor):
        factor_remove(user_id=user_id)
        sessions_revoke(user_id=user_id, reason=RevokedReason.SECOND_FACTOR, but=session_id)
        security_notice(user_id=user_id, notice="second_factor_off")


def recovery_codes_renew(*, user_id: UUID, code: str, password: str, client: Client) -> list[str]:
    """New recovery codes in place of the old ones, used or not. Returns them.

    Raises:
        PasswordWrong, TooManyAttempts, CodeWrong, SecondFactorOff, ProfileQuotaExceeded: as there.

    Emits:
        user.security.noticed.v1
    """
    user, factor = _proved(user_id, code, password, client, keep=True)
    with _locked(user, factor):
        security_notice(user_id=user_id, notice="recovery_codes_made")
        return recovery_codes_make(factor=factor)


def _proved(
    user_id: UUID, code: str, password: str, client: Client, *, keep: bool
) -> tuple[User, SecondFactor]:
    """The user and the factor, once password and code were right."""
    factor = factor_of(user_id=user_id)
    if factor is None:
        raise SecondFactorOff
    user = password_confirm(
        user_id=user_id, password=password, client=client, method=SignInMethod.SECOND_FACTOR
    )
    if not keep and is_obligatory(is_staff=user.is_staff):
        raise SecondFactorObligatory
    code_check(user=user, factor=factor, code=code, client=client, method=SignInMethod.SECOND_FACTOR)
    return user, factor


@contextmanager
def _locked(user: User, factor: SecondFactor | None = None) -> Iterator[None]:
    """A transaction under the user's lock: password and factor are still what was looked at. One change."""
    with transaction.atomic():
        confirmed_lock(user)
        if factor is not None and factor_of(user_id=user.pk) != factor:
            raise SecondFactorOff
        profile_change_count(user_id=user.pk)
        yield
