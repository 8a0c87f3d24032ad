"""Asks for the code of the second factor; guesses are counted as those of passwords are."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from user_service.accounts.errors import TooManyAttempts
from user_service.accounts.models import User
from user_service.accounts.services.challenges import challenge_make
from user_service.accounts.services.sign_in_attempts import (
    attempt_begin,
    attempt_failed,
    attempt_succeeded,
)
from user_service.second_factor.errors import CodeWrong, SecondFactorRequired
from user_service.second_factor.models import SecondFactor
from user_service.second_factor.selectors import factor_of
from user_service.second_factor.services import Used, code_use
from user_service.sessions.clients import Client
from user_service.sessions.models import Outcome, SignInMethod
from user_service.sessions.services import security_notice, sign_in_record


def second_factor_check(*, user: User, code: str, client: Client, method: SignInMethod) -> UUID | None:
    """Let a user whose password is right go on, if there is no second factor or the code is right.

    Args:
        code: as typed; "" when there was none yet.
        client: where the request comes from.
        method: how they sign in.

    Returns:
        The id of the second factor that was asked for; None: it is off. Compare it under the user's lock.

    Raises:
        SecondFactorRequired: it is on, and there was no code.
        CodeWrong: it is on, and the code is wrong or used.
        TooManyAttempts: there were too many wrong ones.
    """
    factor = factor_of(user_id=user.pk)
    if factor is None:
        return None
    if not code:
        sign_in_record(outcome=Outcome.CODE_REQUIRED, method=method, client=client, user_id=user.pk)
        raise SecondFactorRequired(challenge_make(user))
    code_check(user=user, factor=factor, code=code, client=client, method=method)
    return factor.id


def code_check(*, user: User, factor: SecondFactor, code: str, client: Client, method: SignInMethod) -> None:
    """Use a code up.

    Raises:
        CodeWrong: it is wrong or used.
        TooManyAttempts: there were too many wrong ones.

    Emits:
        user.security.noticed.v1 when it was a recovery code, and for the tenth wrong one.
    """
    try:
        attempt = attempt_begin(user=user, identifier=user.username, client=client, of_codes=True)
    except TooManyAttempts:
        sign_in_record(outcome=Outcome.TOO_MANY_ATTEMPTS, method=method, client=client, user_id=user.pk)
        raise
    with transaction.atomic():
        used = code_use(factor=factor, code=code)
        if used is Used.RECOVERY:
            security_notice(user_id=user.pk, notice="recovery_code_used")
    if used is None:
        attempt_failed(attempt)
        sign_in_record(outcome=Outcome.WRONG_CODE, method=method, client=client, user_id=user.pk)
        raise CodeWrong
    attempt_succeeded(attempt)
