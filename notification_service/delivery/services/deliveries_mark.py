"""Writes down what became of claimed deliveries. Who is late changes nothing: only pending ones change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from notification_service.delivery.models import Delivery, State
from notification_service.kinds import Channel

_LONGEST = 300


def deliveries_sent(*, ids: Sequence[int]) -> int:
    """They are with the receiver. Returns how many were not marked before."""
    return _pending(ids).update(state=State.SENT, sent_at=timezone.now(), reason="")


def deliveries_postpone(*, ids: Sequence[int], until: datetime, reason: str) -> None:
    """The attempt failed: the next one is later."""
    _pending(ids).update(next_at=until, reason=reason[:_LONGEST])


def deliveries_put_back(*, ids: Sequence[int], until: datetime | None = None, reason: str = "") -> None:
    """They were not tried after all, and are due again now, or at ``until``."""
    _pending(ids).filter(attempts__gt=0).update(
        attempts=F("attempts") - 1, next_at=until or timezone.now(), reason=reason[:_LONGEST]
    )


def user_deliveries_wait(*, user_id: UUID, channel: Channel, until: datetime) -> None:
    """Nothing else goes to where a user's receiver has just failed, before it is tried again."""
    waiting = Delivery.objects.filter(state=State.PENDING, user_id=user_id, channel=channel)
    waiting.filter(next_at__lt=until).update(next_at=Greatest(F("next_at"), until))


def deliveries_fail(*, ids: Sequence[int], reason: str) -> int:
    """They are given up, for a reason that an operator reads. Returns how many."""
    return _pending(ids).update(state=State.FAILED, reason=reason[:_LONGEST])


def _pending(ids: Sequence[int]):  # type: ignore[no-untyped-def]
    return Delivery.objects.filter(id__in=ids, state=State.PENDING)
