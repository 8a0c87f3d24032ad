"""Reads of corporate actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Now, TruncDate

from market_service.corporate_actions.models import ActionState, ActionType, CorporateAction
from market_service.quotes.models import PriceSplit
from servicekit.money import EXACT


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
    of all splits after their day, volumes by its inverse. The day of a split that was carried out is the
    market's.
    """
    past = CorporateAction.objects.filter(
        instrument_id=instrument_id, type=ActionType.SPLIT, state=ActionState.HISTORY, number=None
    )
    done = PriceSplit.objects.filter(instrument_id=instrument_id)
    rows = [
        *past.values_list("day", "old_units", "new_units"),
        *done.values_list("day", "old_units", "new_units"),
    ]
    return [
        Adjustment(day, EXACT.divide(Decimal(old), Decimal(new)))
        for day, old, new in sorted(rows, key=itemgetter(0))
        if day and old and new
    ]


def factor_at(day: date, splits: Sequence[Adjustment]) -> Decimal:
    """What a price of a day is multiplied by."""
    factor = Decimal(1)
    for split in splits:
        if day < split.day:
            factor = EXACT.multiply(factor, split.factor)
    return factor


def actions_due(type: ActionType) -> QuerySet[CorporateAction]:
    """Announced actions of a type whose day has come by the database's clock, the earliest first."""
    due = CorporateAction.objects.filter(type=type, state=ActionState.ANNOUNCED, day__lte=TruncDate(Now()))
    return due.order_by("day", "announced_at")


def splits_started() -> QuerySet[CorporateAction]:
    """Splits whose instruments are halted and that are not recorded yet, the earliest first."""
    started = CorporateAction.objects.filter(type=ActionType.SPLIT, state=ActionState.STARTED, number=None)
    return started.order_by("recorded_at")


def dividends_due() -> QuerySet[CorporateAction]:
    """Dividends that are to be recorded."""
    return actions_due(ActionType.DIVIDEND)


def splits_due() -> QuerySet[CorporateAction]:
    """Splits that are to be started, or to go on."""
    return actions_due(ActionType.SPLIT) | splits_started()
