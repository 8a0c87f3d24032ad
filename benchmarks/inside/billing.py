"""Money for a measurement."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from billing_service.cash.services import deposit_make
from servicekit.money import HOME_CURRENCY


def deposits_make(*, users: list[str], times: int) -> int:
    """Pay the largest possible deposit in for each user, ``times`` times.

    Returns:
        What each user got, in minor units.
    """
    with transaction.atomic():
        for user in users * times:
            deposit_make(
                user_id=UUID(user),
                amount=settings.DEPOSIT_LIMIT,
                currency=HOME_CURRENCY,
                idempotency_key=uuid4().hex,
            )
    return int(settings.DEPOSIT_LIMIT) * times
