"""Announcing a dividend or a split, and entering one of the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from market_service.corporate_actions.errors import (
    ActionExists,
    DividendNotPossible,
    SplitNotPossible,
    SplitOutOfRange,
)
from market_service.corporate_actions.models import MAX_RATIO, ActionState, ActionType, CorporateAction
from market_service.instruments.limits import MAX_ISSUED
from market_service.instruments.models import Instrument
from servicekit.audit.actors import Actor
from servicekit.audit.recording import record
from servicekit.contracts.values import PRICE_DIGITS, PRICE_LIMIT


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is announced; see :class:`CorporateAction`."""

    type: str
    day: date | None = None
    per_unit: Decimal | None = None
    old_units: int | None = None
    new_units: int | None = None

    @property
    def happened(self) -> bool:
        """Whether its day is over: it is shown, and prices before it are adjusted; nobody is paid."""
        return self.day is not None and self.day < timezone.now().date()


@transaction.atomic
def action_announce(*, instrument: Instrument, terms: Terms, by: Actor, reason: str = "") -> CorporateAction:
    """Announce an action, to be carried out on its day; one of a day before today is history.

    Args:
        instrument: with its quote.
        reason: the words of the announcement, for customers.

    Raises:
        DividendNotPossible, SplitNotPossible, SplitOutOfRange, ActionExists: see :func:`action_check`.
    """
    Instrument.objects.select_for_update(no_key=True).get(pk=instrument.pk)
    action_check(instrument=instrument, terms=terms)
    action = CorporateAction.objects.create(
        instrument=instrument,
        type=terms.type,
        day=terms.day,
        per_unit=terms.per_unit,
        currency=instrument.currency,
        old_units=terms.old_units,
        new_units=terms.new_units,
        state=ActionState.HISTORY if terms.happened else ActionState.ANNOUNCED,
        reason=reason.strip(),
    )
    record("corporate_action.announce", action, by=by, reason=reason, after=_described(action))
    return action


def action_check(*, instrument: Instrument, terms: Terms) -> None:
    """Whether an instrument may have this action.

    Raises:
        DividendNotPossible: not above zero, above the price, or finer than six digits. Of the past, prices of
            that time may have been others.
        SplitNotPossible: no ratio of two different numbers of units.
        SplitOutOfRange: it will be carried out, and price or units would be out of their limits by today's.
        ActionExists: there is one of that type on that day.
    """
    if terms.type == ActionType.DIVIDEND:
        _check_dividend(instrument, terms)
    else:
        _check_split(instrument, terms)
    same = CorporateAction.objects.filter(instrument=instrument, type=terms.type, day=terms.day)
    if terms.day and same.exclude(state=ActionState.WITHDRAWN).exists():
        raise ActionExists(ticker=instrument.ticker, type=ActionType(terms.type).label, day=terms.day)


def _check_dividend(instrument: Instrument, terms: Terms) -> None:
    value, limit = terms.per_unit, instrument.quote.price.normalize()
    possible = value is not None and value.is_finite() and 0 < value < 10**12
    if not possible or (value > limit and not terms.happened):  # type: ignore[operator]
        raise DividendNotPossible(limit=f"{limit:f}", value=value)
    if -int(value.normalize().as_tuple().exponent) > PRICE_DIGITS:  # type: ignore[union-attr, arg-type]
        raise DividendNotPossible(limit=f"{limit:f}", value=value)


def _check_split(instrument: Instrument, terms: Terms) -> None:
    ratio = (terms.old_units or 0, terms.new_units or 0)
    if ratio[0] == ratio[1] or not all(1 <= units <= MAX_RATIO for units in ratio):
        raise SplitNotPossible(limit=MAX_RATIO)
    if not terms.happened:
        split_check(instrument, old_units=ratio[0], new_units=ratio[1])


def split_check(instrument: Instrument, *, old_units: int | None, new_units: int | None) -> None:
    """Whether an instrument's numbers stay within their limits, as they are now.

    Raises:
        SplitOutOfRange: they do not.
    """
    assert old_units
    assert new_units
    finest = Decimal(1).scaleb(-PRICE_DIGITS)
    prices = [
        price * old_units / new_units for price in (instrument.quote.price, instrument.quote.previous_close)
    ]
    issued = instrument.issued_quantity * new_units // old_units
    if min(prices) < finest or max(prices) >= PRICE_LIMIT / 10 or not 1 <= issued <= MAX_ISSUED:
        raise SplitOutOfRange(
            price=f"{prices[0].normalize():f}",
            issued=issued,
            lowest=f"{finest:f}",
            highest=f"{PRICE_LIMIT / 10:f}",
            limit=MAX_ISSUED,
        )


def _described(action: CorporateAction) -> dict[str, object]:
    return {
        "type": action.type,
        "day": action.day,
        "per_unit": action.per_unit,
        "old_units": action.old_units,
        "new_units": action.new_units,
        "state": action.state,
    }
