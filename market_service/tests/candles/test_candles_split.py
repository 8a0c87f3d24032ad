"""Given splits, then adjusted candles are comparable, whoever knows of them, and others are as traded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from market_service.candles.models import RecentMinute
from market_service.candles.services import Change, candles_record
from market_service.corporate_actions.services import Terms, action_announce
from market_service.quotes.models import PriceSplit
from market_service.tests.candles.test_candle_list import CANDLES, day_price
from servicekit.audit.actors import Actor
from servicekit.ids import new_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiet(listed: Any) -> Any:
    """AAPL, without any price of today."""
    instrument = listed("AAPL")
    RecentMinute.objects.all().delete()
    return instrument


def entered(instrument: Any, day: str, old: int, new: int) -> None:
    terms = Terms(type="split", old_units=old, new_units=new, day=datetime.fromisoformat(day).date())
    action_announce(instrument=instrument, terms=terms, by=Actor("olga"))


def closes(api: Any, **query: str) -> dict[str, str]:
    return {row["time"][:10]: row["close"] for row in api().get(CANDLES, query).json()}


def test_days_before_splits_are_multiplied_by_all_that_follow(quiet: Any, api: Any) -> None:
    for day, close in (
        ("2014-06-06", "11.2"),
        ("2014-06-09", "10"),
        ("2020-08-28", "12"),
        ("2020-08-31", "9"),
    ):
        day_price(quiet, day, close=close)
    entered(quiet, "2014-06-09", 1, 7)
    entered(quiet, "2020-08-31", 1, 4)
    assert closes(api, adjusted="true") == {
        "2014-06-06": "0.40", "2014-06-09": "2.50", "2020-08-28": "3.00", "2020-08-31": "9.00",
    }  # fmt: skip
    assert closes(api)["2014-06-06"] == "11.20"


def test_what_the_source_has_adjusted_is_not_adjusted_again(quiet: Any, api: Any) -> None:
    """A source that knows of the split of 2014 and of a dividend, and not of the other one."""
    day_price(quiet, "2014-06-06", close="11.2", adj_close="1.568")  # ÷ 7, less 2 %
    day_price(quiet, "2014-06-09", close="10", adj_close="9.8")
    day_price(quiet, "2020-08-28", close="12")
    day_price(quiet, "2020-08-31", close="9")
    before = closes(api, adjusted="true")
    assert before["2014-06-06"] == "1.57"
    entered(quiet, "2014-06-09", 1, 7)
    assert closes(api, adjusted="true") == before
    entered(quiet, "2020-08-31", 1, 4)
    assert closes(api, adjusted="true")["2014-06-06"] == "0.39"


@pytest.mark.parametrize("interval", ["1m", "1h", "1d"])
def test_recorded_candles_of_days_before_one_that_was_carried_out(
    quiet: Any, api: Any, interval: str
) -> None:
    now = timezone.now()
    yesterday = datetime.combine(now.date() - timedelta(days=1), datetime.min.time(), UTC)
    candles_record([Change(quiet.pk, Decimal("430.47"))], at=yesterday + timedelta(hours=9))
    candles_record([Change(quiet.pk, Decimal("215.30"))], at=now)
    PriceSplit.objects.create(action_id=new_id(), instrument=quiet, day=now.date(), old_units=1, new_units=2)
    query = {"interval": interval, "from": yesterday.date().isoformat()}
    assert list(closes(api, **query, adjusted="true").values()) == ["215.24", "215.30"]
    assert list(closes(api, **query).values()) == ["430.47", "215.30"]
