"""Closing prices: the last price of a day is kept when the next day's is received, whoever writes it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from trading_service.reference.models import DailyClose
from trading_service.reference.selectors import Closes

pytestmark = pytest.mark.django_db


def at(day: int, time: str = "12:00:00") -> datetime:
    return datetime.fromisoformat(f"2025-01-{day:02} {time}").replace(tzinfo=UTC)


def kept() -> list[tuple[date, Decimal]]:
    return list(DailyClose.objects.order_by("day").values_list("day", "price"))


def test_the_last_price_of_a_day_is_its_close(world) -> None:
    world.list_instrument(price="10.00", price_at=at(1))
    world.quote("AAPL", "11.00", at=at(1, "23:59:59.999999"))
    assert kept() == []
    world.quote("AAPL", "12.00", at=at(2, "00:00:00"))
    world.quote("AAPL", "13.00", at=at(2, "00:00:01"))
    assert kept() == [(date(2025, 1, 1), Decimal("11.00"))]


def test_an_older_price_changes_no_close(world) -> None:
    world.list_instrument(price="10.00", price_at=at(1))
    world.quote("AAPL", "12.00", at=at(2))
    world.quote("AAPL", "11.00", at=at(1, "23:00:00"))
    assert kept() == [(date(2025, 1, 1), Decimal("10.00"))]


def test_the_price_that_comes_with_an_instrument_counts_too(world) -> None:
    listed = world.list_instrument(price="10.00", price_at=at(1))
    world.list_instrument(price="12.00", price_at=at(3), sequence=2, instrument_id=listed.instrument_id)
    assert kept() == [(date(2025, 1, 1), Decimal("10.00"))]


def test_a_day_without_a_price_has_that_of_the_day_before(world) -> None:
    listed = world.list_instrument(price="10.00", price_at=at(2))
    world.quote("AAPL", "12.00", at=at(5))
    for since in (1, 4):
        closes = Closes([listed.instrument_id], since=date(2025, 1, since), until=date(2025, 1, 9))
        prices = [closes.price(listed.instrument_id, date(2025, 1, day)) for day in range(since, 10)]
        assert prices == [None, *[Decimal(10)] * 3, *[Decimal(12)] * 5][since - 1 :]
