"""Given recorded minutes, then those of an hour that is over become candles of every interval."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

import pytest

from market_service.candles.models import Candle, RecentMinute
from market_service.candles.services import (
    Change,
    candles_forget,
    candles_purge,
    candles_record,
    candles_roll_up,
    day_close,
)

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 2, tzinfo=UTC)
NAMES = ("open", "high", "low", "close", "volume")


@pytest.fixture
def walked(listed: Any) -> list[tuple[datetime, Decimal, int]]:
    """An instrument with a price every 40 seconds for four hours, less a quarter; prices, and quantities."""
    id_ = listed("AAPL").pk
    RecentMinute.objects.all().delete()
    prices = []
    for number in range(360):
        at = DAY + timedelta(hours=9, seconds=40 * number)
        if 150 <= number < 175:
            continue
        price, quantity = Decimal(1000 + (number * 37) % 101), number % 3
        candles_record([Change(id_, price, quantity)], at=at)
        prices.append((at, price, quantity))
    return prices


def expected(prices: list[tuple[datetime, Decimal, int]], minutes: int) -> list[tuple]:
    """The bars of an interval, made one by one."""

    def begins(row: tuple[datetime, Decimal, int]) -> datetime:
        return DAY + (row[0] - DAY) // timedelta(minutes=minutes) * timedelta(minutes=minutes)

    bars = []
    for time, group in groupby(prices, begins):
        rows = list(group)
        found = [price for _, price, _ in rows]
        bars.append((time, found[0], max(found), min(found), found[-1], sum(row[2] for row in rows)))
    return bars


def kept(minutes: int) -> list[tuple]:
    return list(Candle.objects.filter(interval=minutes).order_by("time").values_list("time", *NAMES))


@pytest.mark.parametrize("minutes", [1, 5, 60, 1440])
def test_each_interval_is_what_its_prices_come_to(walked: list, minutes: int) -> None:
    for hour in (9, 10, 11, 12, 13):
        candles_roll_up(until=DAY + timedelta(hours=hour))

    assert kept(minutes) == expected(walked, minutes)
    assert not RecentMinute.objects.exists()


def test_the_running_hour_stays(walked: list) -> None:
    candles_roll_up(until=DAY + timedelta(hours=12))

    assert RecentMinute.objects.earliest("time").time == DAY + timedelta(hours=12)
    assert kept(60)[-1][0] == DAY + timedelta(hours=11)


def test_again_changes_nothing_and_what_comes_late_is_added(walked: list) -> None:
    for _ in range(2):
        assert day_close(day=date(2026, 3, 2)) in (0, 1)
    before = kept(1440)
    id_ = Candle.objects.earliest("time").instrument_id
    candles_record([Change(id_, Decimal(2000), 4)], at=DAY + timedelta(hours=12, minutes=59, seconds=59))
    candles_roll_up(until=DAY + timedelta(hours=14))

    (day,) = kept(1440)
    assert day == (DAY, before[0][1], 2000, before[0][3], 2000, before[0][5] + 4)
    assert kept(60)[-1][2] == 2000


def test_short_candles_go_after_their_days_and_days_stay(walked: list, settings: Any) -> None:
    day_close(day=date(2026, 3, 2))
    settings.CANDLE_DAYS = {1: 1, 5: 2, 60: 3}
    left = []
    for days in (0, 2, 3, 4):
        candles_purge(now=DAY + timedelta(days=days, hours=12))
        left.append([len(kept(minutes)) > 0 for minutes in (1, 5, 60, 1440)])

    assert left == [
        [True, True, True, True],
        [False, True, True, True],
        [False, False, True, True],
        [False, False, False, True],
    ]


def test_a_market_that_goes_back_forgets_the_day_it_goes_to(walked: list) -> None:
    id_ = RecentMinute.objects.earliest("time").instrument_id
    candles_record([Change(id_, Decimal(7))], at=DAY - timedelta(days=1))
    candles_roll_up(until=DAY + timedelta(hours=12))
    candles_forget(since=DAY + timedelta(hours=10))

    assert not RecentMinute.objects.exists()
    assert [row[0] for row in kept(1440)] == [DAY - timedelta(days=1)]
