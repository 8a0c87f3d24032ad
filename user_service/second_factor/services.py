"""The use-cases of second factors. Who may: the use-cases of accounts, which call these in a transaction."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from django.db import transaction

from user_service.second_factor.codes import (
    RECOVERY_CODES,
    matching_step,
    recovery_code_digest,
    recovery_code_new,
)
from user_service.second_factor.encryption import decrypted, encrypted
from user_service.second_factor.models import RecoveryCode, SecondFactor


class Used(Enum):
    """What kind of code was used."""

    APP = "app"
    RECOVERY = "recovery"


def factor_set(*, user_id: UUID, secret: bytes, step: int) -> SecondFactor:
    """Give a user who has none a second factor.

    Args:
        secret: what the user's app has.
        step: the time step of the code that proved it; it is used up.
    """
    return SecondFactor.objects.create(
        user_id=user_id, secret=encrypted(secret, user_id=user_id), last_step=step
    )


def factor_remove(*, user_id: UUID) -> bool:
    """Take a user's second factor away, with its recovery codes. Returns whether there was one."""
    return bool(SecondFactor.objects.filter(user_id=user_id).delete()[0])


def recovery_codes_make(*, factor: SecondFactor) -> list[str]:
    """New recovery codes in place of all there were. Their texts are nowhere else."""
    codes = [recovery_code_new() for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        factor.recovery_codes.all().delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(digest=recovery_code_digest(factor_id=factor.id, code=code), factor=factor)
            for code in codes
        )
    return codes


def code_use(*, factor: SecondFactor, code: str) -> Used | None:
    """Use a code up: of two requests with the same one, one gets through.

    Args:
        code: of the app, or a recovery code; as typed.

    Returns:
        Which kind it was; None when it is wrong or was used.
    """
    secret = decrypted(bytes(factor.secret), user_id=factor.user_id)
    step = matching_step(secret=secret, code=code, after=factor.last_step) if secret else None
    if step is not None:
        unused = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step)
        return Used.APP if unused.update(last_step=step) else None
    digest = recovery_code_digest(factor_id=factor.id, code=code)
    used = RecoveryCode.objects.filter(pk=digest, factor=factor).delete()[0]
    return Used.RECOVERY if used else None
