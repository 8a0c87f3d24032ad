"""Reads of second factors."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from user_service.second_factor.models import SecondFactor


def factor_of(*, user_id: UUID) -> SecondFactor | None:
    """A user's second factor; None when it is off."""
    return SecondFactor.objects.filter(user_id=user_id).first()


def is_on(*, user_id: UUID) -> bool:
    """Whether a user has a second factor."""
    return SecondFactor.objects.filter(user_id=user_id).exists()


def recovery_codes_left(*, factor: SecondFactor) -> int:
    """How many recovery codes are not used yet."""
    return factor.recovery_codes.count()


def is_obligatory(*, is_staff: bool) -> bool:
    """Whether a user may not do without one: an operator where operators have to have it."""
    return is_staff and bool(settings.OPERATORS_NEED_SECOND_FACTOR)


def may_operate(*, user_id: UUID, is_staff: bool) -> bool:
    """Whether a user's tokens are an operator's: of an operator who has the second factor if it is needed."""
    return is_staff and (not is_obligatory(is_staff=is_staff) or is_on(user_id=user_id))
