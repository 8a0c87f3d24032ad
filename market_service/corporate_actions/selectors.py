"""Reads of corporate actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone

from market_service.corporate_actions.models import ActionState, ActionType, CorporateAction
from servicekit.money import EXACT

#: States in which an action counts for the past.
HAPPENED = (ActionState.STARTED, ActionState.COMPLETED, ActionState.HISTORY)


class Adjustment(NamedTuple):
    """What prices of days before ``day`` are multiplied by, to be compared with those after a split."""

    day: date
    factor: Decimal


def actions_shown(instrument_id: UUID) -> QuerySet[CorporateAction]:
    """The news of an instrument's dividends and splits, the newest day first; nothing that was withdrawn."""
    found = CorporateAction.objects.filter(instrument_id=instrument_id).exclude(state=ActionState.WITHDRAWN)
    return found.order_by(F("day").desc(nulls_first=True), "-announced_at")


def adjustments(instrument_id: UUID) -> list[Adjustment]:
    """The splits of an instrument, the oldest first: prices are shown adjusted by the product of the factors
    of all splits after their day, volumes by its inverse."""
    splits = CorporateAction.objects.filter(
        instrument_id=instrument_id, type=ActionType.SPLIT, state__in=HAPPENED
    )
    return [
        Adjustment(split.day, EXACT.divide(Decimal(split.old_units), Decimal(split.new_units)))
        for split in splits.order_by("day")
        if split.day and split.old_units and split.new_units
    ]


def factor_at(day: date, splits: Sequence[Adjustment]) -> Decimal:
    """What a price of a day is multiplied by."""
    factor = Decimal(1)
    for split in splits:
        if day < split.day:
            factor = EXACT.multiply(factor, split.factor)
    return factor


def actions_due() -> list[UUID]:
    """Announced actions whose day has come, the earliest first."""
    today = timezone.now().date()
    due = CorporateAction.objects.filter(state=ActionState.ANNOUNCED, day__lte=today)
    return list(due.order_by("day", "announced_at").values_list("id", flat=True))
