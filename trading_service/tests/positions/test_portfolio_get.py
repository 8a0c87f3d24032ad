"""GET /api/v1/positions."""

from __future__ import annotations

from decimal import Decimal

import pytest

from servicekit.ids import new_id
from trading_service.reference.models import LatestQuote

pytestmark = pytest.mark.django_db


def test_positions_are_valued_at_the_latest_quote(aapl, world, user_id, api) -> None:
    # given ten AAPL at 100.00 (fee 0.50) of which four are being sold, and MSFT bought and sold again
    world.list_instrument("MSFT")
    world.filled(user_id)
    world.order(user_id, side="sell", quantity=4)
    world.filled(user_id, ticker="MSFT", quantity=1, price="100.00")
    world.filled(user_id, ticker="MSFT", side="sell", quantity=1, price="99.50")
    LatestQuote.objects.filter(instrument_id=aapl.instrument_id).update(price="101.23")
    # when the customer looks
    answer = api(user_id).get("/api/v1/positions")
    # then only what is owned is listed, and what was realized counts
    assert answer.status_code == 200
    assert answer.json() == {
        "totals": {
            "currency": "USD",
            "market_value": "1012.30",
            "cost": "1000.50",
            "unrealized_pnl": "11.80",
            "realized_pnl": "-0.60",
            "day_change": "22.30",
            "day_change_percent": "2.25",
        },
        "results": [
            {
                "ticker": "AAPL",
                "name": "AAPL Inc.",
                "quantity": 10,
                "held_quantity": 4,
                "average_cost": "100.05",
                "price": "101.23",
                "price_at": "2025-01-31T12:00:00Z",
                "previous_close": "99.00",
                "day_change": "22.30",
                "day_change_percent": "2.25",
                "market_value": "1012.30",
                "unrealized_pnl": "11.80",
                "realized_pnl": "0.00",
                "currency": "USD",
            }
        ],
    }


def test_names_are_in_the_language_of_the_request(aapl, world, user_id, api) -> None:
    world.filled(user_id)
    answer = api(user_id, accept_language="ru-RU,ru;q=0.9").get("/api/v1/positions")
    assert answer.json()["results"][0]["name"] == "Акции AAPL"


def test_without_a_quote_the_value_is_unknown_not_zero(aapl, world, user_id, api) -> None:
    world.filled(user_id)
    LatestQuote.objects.all().delete()
    (row,) = api(user_id).get("/api/v1/positions").json()["results"]
    assert (row["price"], row["market_value"], row["unrealized_pnl"]) == (None, None, None)


def test_somebody_without_positions(aapl, world, user_id, api) -> None:
    world.filled(user_id)
    body = api(new_id()).get("/api/v1/positions").json()
    assert (body["results"], body["totals"]["market_value"]) == ([], "0.00")


def test_nobody_sees_positions(api, db) -> None:
    assert api().get("/api/v1/positions").status_code == 401


def test_what_is_worth_less_than_a_cent_is_not_rounded_up(world, user_id, api) -> None:
    """A position is worth what its sale would bring: 1.30, not 1.31, for one at 1.3053."""
    world.list_instrument("EURSIM", price="1.3053", price_step=Decimal("0.0001"))
    world.filled(user_id, ticker="EURSIM", quantity=1, price="1.3053")
    (row,) = api(user_id).get("/api/v1/positions").json()["results"]
    assert (row["market_value"], row["unrealized_pnl"]) == ("1.30", "-0.02")


def test_the_days_change_of_any_number_of_positions(
    world, user_id, api, django_assert_max_num_queries
) -> None:
    # given 250 positions, 50 more than a page of instruments has, at 100.00 with a previous close of 99.00
    for number in range(250):
        world.list_instrument(f"T{number:03}")
        world.filled(user_id, ticker=f"T{number:03}", quantity=1 + number % 3)
    LatestQuote.objects.filter(instrument__ticker="T249").update(price="98.00")
    # when the customer looks
    with django_assert_max_num_queries(4):
        body = api(user_id).get("/api/v1/positions").json()
    # then each has its own, and their sum stands on top
    rows = {row["ticker"]: row for row in body["results"]}
    assert len(rows) == 250
    assert (rows["T001"]["day_change"], rows["T001"]["day_change_percent"]) == ("2.00", "1.01")
    assert (rows["T249"]["day_change"], rows["T249"]["day_change_percent"]) == ("-1.00", "-1.01")
    assert Decimal(body["totals"]["day_change"]) == sum(Decimal(row["day_change"]) for row in rows.values())
    # and one unknown price makes the sum unknown, not smaller
    LatestQuote.objects.filter(instrument__ticker="T001").delete()
    body = api(user_id).get("/api/v1/positions").json()
    assert (body["totals"]["day_change"], body["totals"]["day_change_percent"]) == (None, None)
    assert body["results"][1]["day_change"] is None
