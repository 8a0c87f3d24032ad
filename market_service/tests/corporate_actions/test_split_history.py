"""Splits of the past: prices before them are shown adjusted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from market_service.corporate_actions.errors import SplitNotPossible
from market_service.corporate_actions.selectors import Adjustment, adjustments, factor_at
from market_service.corporate_actions.services import Terms, action_announce, action_withdraw
from servicekit.audit.actors import Actor

pytestmark = pytest.mark.django_db

BY = Actor("olga")


def split(old: int, new: int, day: date) -> Terms:
    return Terms(type="split", old_units=old, new_units=new, day=day)


def test_prices_before_splits_are_multiplied_by_all_that_follow(listed: Any) -> None:
    instrument = listed("AAPL")
    for terms in (
        split(1, 4, date(2020, 8, 31)),
        split(1, 7, date(2014, 6, 9)),
        split(10, 1, date(2021, 1, 4)),
    ):
        last = action_announce(instrument=instrument, terms=terms, by=BY)
    found = adjustments(instrument.pk)
    assert [one.day.year for one in found] == [2014, 2020, 2021]
    assert found[-1] == Adjustment(date(2021, 1, 4), Decimal(10))
    assert factor_at(date(2021, 1, 4), found) == 1
    assert factor_at(date(2021, 1, 3), found) == 10
    assert factor_at(date(2020, 8, 30), found) == Decimal("2.5")
    assert factor_at(date(2014, 6, 8), found) * 280 == pytest.approx(100)
    action_withdraw(action_id=last.pk, by=BY, reason="a mistake")
    assert factor_at(date(2020, 8, 31), adjustments(instrument.pk)) == 1


@pytest.mark.parametrize(("old", "new"), [(1, 1), (0, 2), (2, 0), (1, 10**6 + 1), (-1, 2)])
def test_what_is_no_ratio(listed: Any, old: int, new: int) -> None:
    with pytest.raises(SplitNotPossible):
        action_announce(instrument=listed("AAPL"), terms=split(old, new, date(2020, 1, 1)), by=BY)
