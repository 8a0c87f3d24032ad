"""GET /api/v1/portfolio/history: the value of the positions by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from servicekit.ids import new_id
from trading_service.positions.selectors import portfolio_history

pytestmark = pytest.mark.django_db

TODAY = datetime(2025, 2, 3, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: TODAY)


def ago(days: int) -> datetime:
    return TODAY - timedelta(days=days)


def days_of(client: Any, **asked: str) -> dict[str, tuple[str | None, ...]]:
    answer = client.get("/api/v1/portfolio/history", asked)
    assert answer.status_code == 200, answer.json()
    return {
        row["day"]: (row["market_value"], row["net_invested"], row["total_pnl"])
        for row in answer.json()["results"]
    }


def test_each_day_at_its_last_prices(world, user_id, api) -> None:
    # given ten bought on Friday at 100.00, of which four were sold on Sunday at 105.00; no price on Saturday
    world.list_instrument(price_at=ago(5))
    world.filled(user_id, at=ago(3))
    for days, price in [(3, "101.00"), (3, "102.00"), (1, "103.00"), (0, "104.00")]:
        world.quote("AAPL", price, at=ago(days) + timedelta(minutes=int(price[:3]) - 100))
    world.filled(user_id, side="sell", quantity=4, price="105.00", at=ago(1))
    # then
    assert days_of(api(user_id), **{"from": "2025-01-30"}) == {
        "2025-01-30": ("0.00", "0.00", "0.00"),
        "2025-01-31": ("1020.00", "1000.50", "19.50"),
        "2025-02-01": ("1020.00", "1000.50", "19.50"),
        "2025-02-02": ("618.00", "580.71", "37.29"),
        "2025-02-03": ("624.00", "580.71", "43.29"),
    }
    # and the last day agrees with the portfolio
    totals = api(user_id).get("/api/v1/portfolio").json()
    assert (totals["market_value"], totals["total_pnl"], totals["day_change"]) == ("624.00", "43.29", "6.00")


def test_a_range_begins_with_what_was_there_before_it(world, user_id, api) -> None:
    world.list_instrument(price_at=ago(50))
    world.filled(user_id, at=ago(40))
    world.quote("AAPL", "110.00", at=ago(20))
    asked = {"from": "2025-01-20", "to": "2025-01-21"}
    assert list(days_of(api(user_id), **asked).values()) == [("1100.00", "1000.50", "99.50")] * 2


def test_a_day_without_anything_running_is_as_the_day_before(world, user_id, api) -> None:
    """Nothing is made at a day's end: the service may be down for days, until the next price."""
    world.list_instrument(price_at=ago(9))
    world.filled(user_id, at=ago(9))
    world.quote("AAPL", "120.00", at=ago(2))
    values = [value for value, *_ in days_of(api(user_id), **{"from": "2025-01-25"}).values()]
    assert values == ["1000.00"] * 7 + ["1200.00"] * 3


def test_the_same_request_gets_the_same_answer(world, user_id, api) -> None:
    world.list_instrument(price_at=ago(3))
    world.filled(user_id, at=ago(3))
    asked = {"from": "2025-01-31", "to": "2025-02-01"}
    before = days_of(api(user_id), **asked)
    world.quote("AAPL", "77.00", at=ago(0))
    assert days_of(api(user_id), **asked) == before


def test_thirty_days_unless_others_are_requested(user_id, api) -> None:
    assert list(days_of(api(user_id)))[::29] == ["2025-01-05", "2025-02-03"]
    assert list(days_of(api(user_id), to="2025-01-10"))[::29] == ["2024-12-12", "2025-01-10"]
    assert list(days_of(api(user_id), **{"from": "2020-01-01"}))[::365] == ["2020-01-01", "2020-12-31"]
    assert list(days_of(api(user_id), **{"from": "", "to": ""}))[-1] == "2025-02-03"


def test_no_day_is_after_today(user_id, api) -> None:
    assert list(days_of(api(user_id), **{"from": "2025-02-02", "to": "2025-03-01"})) == [
        "2025-02-02", "2025-02-03",
    ]  # fmt: skip
    assert days_of(api(user_id), **{"from": "9999-12-31"}) == {}
    assert days_of(api(user_id), **{"from": "9999-12-31", "to": "9999-12-31"}) == {}
    assert list(days_of(api(user_id), to="0001-01-02")) == ["0001-01-01", "0001-01-02"]
    assert len(days_of(api(user_id), **{"from": "0001-01-01"})) == 366


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ({"from": "yesterday"}, "from", "day_invalid"),
        ({"to": "2025-02-30"}, "to", "day_invalid"),
        ({"to": "2025-02-03T00:00:00Z"}, "to", "day_invalid"),
        ({"from": "٢٠٢٥-٠١-٠١"}, "from", "day_invalid"),
        ({"from": "2025-02-02", "to": "2025-02-01"}, "from", "range_invalid"),
        ({"from": "2024-01-01", "to": "2025-01-01"}, "from", "range_too_long"),
    ],
)
def test_what_is_no_range_is_refused(user_id, api, asked: dict[str, str], field: str, code: str) -> None:
    for language in ("en", "ru"):
        answer = api(user_id, accept_language=language).get("/api/v1/portfolio/history", asked)
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert (error["field"], error["code"]) == (field, code)


def test_a_price_that_was_never_received_makes_the_day_unknown(aapl, world, user_id, api) -> None:
    world.filled(user_id, at=ago(20))
    days = days_of(api(user_id), **{"from": "2025-01-30"})
    assert days["2025-01-30"] == (None, "1000.50", None)
    assert days["2025-01-31"] == ("1000.00", "1000.50", "-0.50")


def test_it_is_two_queries_however_much_there_was(world, user_id, django_assert_num_queries) -> None:
    for number in range(20):
        world.list_instrument(f"T{number}", price_at=ago(30))
        for days in range(10, 0, -3):
            world.filled(user_id, ticker=f"T{number}", quantity=1, at=ago(days))
            world.quote(f"T{number}", f"{100 + days}.00", at=ago(days))
    with django_assert_num_queries(2):
        found = portfolio_history(user_id=user_id, since=date(2024, 6, 1), until=date(2025, 2, 3))
    assert found.days[-1].market_value == 20 * 4 * 101_00
    assert found.days[0].market_value == 0


def test_it_is_ones_own(aapl, world, user_id, api) -> None:
    world.filled(user_id)
    assert set(days_of(api(new_id()), **{"from": "2025-01-31"}).values()) == {("0.00", "0.00", "0.00")}


def test_the_difference_is_exact_to_the_cent(world, user_id, api) -> None:
    """Prices finer than a cent are rounded a position, down, as a sale is."""
    world.list_instrument("EURSIM", price="1.3053", price_step=Decimal("0.0001"), price_at=ago(1))
    world.filled(user_id, ticker="EURSIM", quantity=3, price="1.3053", at=ago(1))
    assert days_of(api(user_id), **{"from": "2025-02-03"}) == {"2025-02-03": ("3.91", "3.93", "-0.02")}
