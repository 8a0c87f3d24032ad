"""Operators sign in, for every service's admin; where it is required, with a second factor."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from user_service.accounts.errors import InvalidCredentials
from user_service.accounts.models import User
from user_service.accounts.services.challenges import challenge_make, challenge_read
from user_service.accounts.services.second_factor_check import second_factor_check
from user_service.accounts.services.second_factor_turn import factor_begin, secret_proof
from user_service.accounts.services.user_sign_in import confirm_unchanged
from user_service.second_factor.errors import SecondFactorMissing
from user_service.second_factor.selectors import factor_of, may_operate
from user_service.sessions.clients import Client
from user_service.sessions.models import SignInMethod
from user_service.sessions.services import OperatorToken, operator_session_open


@dataclass(frozen=True)
class Enrolled:
    """The token of an operator who has just turned the second factor on, and the recovery codes."""

    token: OperatorToken
    recovery_codes: list[str]


def operator_sign_in(*, user: User, client: Client, code: str = "") -> OperatorToken:
    """Open an operator's session, which every service's admin accepts.

    Args:
        user: an operator whose password was just checked.
        client: where the request comes from.
        code: of the second factor, "" for none.

    Raises:
        InvalidCredentials: not an operator, or not any more.
        SecondFactorRequired, CodeWrong, TooManyAttempts: the operator has a second factor, and there is no
            code, or not the right one.
        SecondFactorMissing: operators need one, and this one has none.
    """
    if not user.is_staff:
        raise InvalidCredentials
    factor_id = second_factor_check(user=user, code=code, client=client, method=SignInMethod.ADMIN)
    if not may_operate(user_id=user.id, is_staff=user.is_staff):
        raise SecondFactorMissing(challenge_make(user))
    with transaction.atomic():
        confirm_unchanged(user, factor_id)
        return operator_session_open(user_id=user.id, name=user.username, client=client)


def operator_sign_in_finish(*, challenge: str, code: str, client: Client) -> OperatorToken:
    """The same with a challenge in place of the password.

    Raises:
        ChallengeInvalid: it is too old, or the password was changed.
        the others: as for :func:`operator_sign_in`.
    """
    return operator_sign_in(user=challenge_read(challenge), client=client, code=code)


def operator_enrol(*, challenge: str, secret: str, code: str, client: Client) -> Enrolled:
    """Turn the second factor on and open a session, both or neither; all other sessions end.

    Args:
        challenge: of ``SecondFactorMissing``.
        secret: what the operator's app was given, in Base32.
        code: of the app.
        client: where the request comes from.

    Raises:
        ChallengeInvalid: it is too old, or the password was changed.
        InvalidCredentials: not an operator, or not any more.
        SecretInvalid, CodeWrong: the secret is none; the code is not of it.
        SecondFactorOn: it was turned on meanwhile.

    Emits:
        user.session.revoked.v1 for each session that ended; user.security.noticed.v1.
    """
    user = challenge_read(challenge)
    if not user.is_staff:
        raise InvalidCredentials
    raw, step = secret_proof(secret=secret, code=code)
    with transaction.atomic():
        confirm_unchanged(user, None)
        codes = factor_begin(user_id=user.id, secret=raw, step=step)
        token = operator_session_open(user_id=user.id, name=user.username, client=client)
    return Enrolled(token, codes)


def enrolment_is_due(*, challenge: str) -> User | None:
    """The operator of a challenge who has to turn the second factor on; None: who has it.

    Raises:
        ChallengeInvalid: it is too old, or the password was changed.
    """
    user = challenge_read(challenge)
    return user if factor_of(user_id=user.id) is None else None
