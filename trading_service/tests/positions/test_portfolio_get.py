"""GET /api/v1/positions and /api/v1/portfolio."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from servicekit.ids import new_id
from trading_service.positions.selectors import portfolio_get
from trading_service.positions.services import Move, Movement, positions_move
from trading_service.reference.models import DailyClose, LatestQuote, QuoteFeed

pytestmark = pytest.mark.django_db

TODAY = datetime(2025, 2, 3, 15, 0, tzinfo=UTC)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: TODAY)


def test_positions_are_valued_at_the_latest_quote(aapl, world, user_id, api) -> None:
    # given ten AAPL bought yesterday at 100.00 (fee 0.50) of which four are being sold, and MSFT bought
    # and sold again; a close of 99.00 and a price of 101.23
    world.list_instrument("MSFT")
    world.filled(user_id, at=YESTERDAY)
    world.order(user_id, side="sell", quantity=4)
    world.filled(user_id, ticker="MSFT", quantity=1, price="100.00", at=YESTERDAY)
    world.filled(user_id, ticker="MSFT", side="sell", quantity=1, price="99.50", at=YESTERDAY)
    world.quote("AAPL", "99.00", at=YESTERDAY)
    world.quote("AAPL", "101.23", at=TODAY)
    # when the customer looks
    answer = api(user_id).get("/api/v1/positions")
    # then only what is owned is listed, and what was realized counts
    totals = {
        "currency": "USD",
        "cost_method": "average",
        "market_value": "1012.30",
        "cost": "1000.50",
        "unrealized_pnl": "11.80",
        "realized_pnl": "-0.60",
        "total_pnl": "11.20",
        "return_percent": "1.02",
        "day_change": "22.30",
        "day_change_percent": "2.25",
        "bought_cost": "1100.55",
        "sold_proceeds": "99.45",
    }
    assert answer.status_code == 200
    assert answer.json() == {
        "totals": totals,
        "results": [
            {
                "ticker": "AAPL",
                "name": "AAPL Inc.",
                "quantity": 10,
                "held_quantity": 4,
                "average_cost": "100.05",
                "price": "101.23",
                "price_at": "2025-02-03T15:00:00Z",
                "previous_close": "99.00",
                "day_change": "22.30",
                "day_change_percent": "2.25",
                "market_value": "1012.30",
                "weight": "100.00",
                "unrealized_pnl": "11.80",
                "realized_pnl": "0.00",
                "total_pnl": "11.80",
                "return_percent": "1.18",
                "bought_quantity": 10,
                "bought_cost": "1000.50",
                "sold_proceeds": "0.00",
                "closed_at": None,
                "currency": "USD",
            }
        ],
    }
    # and the totals are had alone, too
    assert api(user_id).get("/api/v1/portfolio").json() == totals


def test_a_closed_position_stays_with_its_result(aapl, world, user_id, api) -> None:
    # given one that was sold at a loss and one that is held
    world.list_instrument("MSFT")
    world.filled(user_id, ticker="MSFT", quantity=2, price="100.00")
    world.filled(user_id, ticker="MSFT", side="sell", quantity=2, price="90.00", at=YESTERDAY)
    world.filled(user_id)
    LatestQuote.objects.filter(instrument__ticker="MSFT").delete()  # its result needs no price
    # when the customer asks for the closed ones
    body = api(user_id).get("/api/v1/positions?closed=true").json()
    # then there is its result, and the totals are those of all
    (row,) = body["results"]
    known = {name: row[name] for name in ("ticker", "quantity", "bought_quantity", "weight", "average_cost")}
    assert known == {
        "ticker": "MSFT", "quantity": 0, "bought_quantity": 2, "weight": "0.00", "average_cost": None,
    }  # fmt: skip
    assert (row["bought_cost"], row["sold_proceeds"]) == ("200.10", "179.91")
    assert (row["realized_pnl"], row["total_pnl"], row["return_percent"]) == ("-20.19", "-20.19", "-10.09")
    assert (row["market_value"], row["unrealized_pnl"], row["day_change"]) == ("0.00", "0.00", "0.00")
    assert row["closed_at"] == "2025-02-03T15:00:00Z"
    assert [row["ticker"] for row in api(user_id).get("/api/v1/positions").json()["results"]] == ["AAPL"]
    assert body["totals"] == api(user_id).get("/api/v1/positions?closed=false").json()["totals"]
    # and both are there at once where both are asked for
    both = api(user_id).get("/api/v1/positions?include=closed").json()
    assert both == {**api(user_id).get("/api/v1/positions").json(), "closed": [row]}


def test_what_is_included_is_the_closed_ones_or_nothing(user_id, api, db) -> None:
    answer = api(user_id).get("/api/v1/positions?include=everything")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "include")
    assert "closed" not in api(user_id).get("/api/v1/positions?include=").json()


@pytest.mark.parametrize("given", ["maybe", "2", "true;drop"])
def test_closed_is_yes_or_no(user_id, api, db, given: str) -> None:
    answer = api(user_id).get("/api/v1/positions", {"closed": given})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "closed")


def test_what_is_bought_today_counts_from_its_cost_and_what_is_sold_up_to_what_it_brought(
    aapl, world, user_id, api
) -> None:
    # given ten held since yesterday, closed at 100.00, five bought today at 110.00 (fee 0.28), three of all
    # sold at 120.00 (fee 0.18), and a price of 130.00
    world.filled(user_id, at=YESTERDAY)
    world.quote("AAPL", "130.00", at=TODAY)
    world.filled(user_id, quantity=5, price="110.00", at=TODAY)
    world.filled(user_id, side="sell", quantity=3, price="120.00", at=TODAY)
    # then the day brought 12 × 130 − 10 × 100 − 550.28 + 359.82
    (row,) = api(user_id).get("/api/v1/positions").json()["results"]
    assert row["previous_close"] == "100.00"
    assert row["day_change"] == "369.54"
    assert row["day_change_percent"] == "23.84"  # of 1000.00 and 550.28
    # and one bought and sold within the day has its result, which is part of the total
    world.list_instrument("MSFT")
    world.filled(user_id, ticker="MSFT", quantity=1, price="100.00", at=TODAY)
    world.filled(user_id, ticker="MSFT", side="sell", quantity=1, price="99.50", at=TODAY)
    body = api(user_id).get("/api/v1/positions?closed=true").json()
    assert [row["day_change"] for row in body["results"]] == ["-0.60"]
    assert body["totals"]["day_change"] == "368.94"


def test_a_price_that_has_not_changed_today_is_its_own_close(aapl, world, user_id, api) -> None:
    world.filled(user_id, at=YESTERDAY)
    (row,) = api(user_id).get("/api/v1/positions").json()["results"]
    assert (row["previous_close"], row["day_change"]) == ("100.00", "0.00")


def test_an_instrument_of_today_counts_from_what_the_venue_calls_its_close(world, user_id, api) -> None:
    world.list_instrument(price_at=TODAY)
    world.filled(user_id, at=TODAY)
    (row,) = api(user_id).get("/api/v1/positions").json()["results"]
    assert (row["previous_close"], row["day_change"]) == ("99.00", "-0.50")


@pytest.mark.parametrize(
    ("method", "cost", "realized"), [("average", "200.10", "-60.27"), ("fifo", "300.15", "39.78")]
)
def test_what_was_sold_cost_by_the_method_of_the_setting(
    aapl, world, user_id, api, settings, method: str, cost: str, realized: str
) -> None:
    # given 2 at 50.00 (0.05), 2 at 100.00 (0.10) and 1 at 200.00 (0.10), of which 3 are sold at 80.00 (0.12)
    settings.COST_METHOD = method
    for quantity, price in [(2, "50.00"), (2, "100.00"), (1, "200.00")]:
        world.filled(user_id, quantity=quantity, price=price)
    world.filled(user_id, side="sell", quantity=3, price="80.00")
    # then by FIFO the first lot is gone and half of the second; the sum of both results is the same
    (row,) = api(user_id).get("/api/v1/positions").json()["results"]
    totals = api(user_id).get("/api/v1/portfolio").json()
    assert totals["cost"] == cost
    assert row["realized_pnl"] == totals["realized_pnl"] == realized
    assert row["average_cost"] == str((Decimal(cost) / 2).quantize(Decimal("0.01")))
    assert (totals["cost_method"], totals["total_pnl"]) == (method, "-60.37")


def test_names_are_in_the_language_of_the_request(aapl, world, user_id, api) -> None:
    world.filled(user_id)
    answer = api(user_id, accept_language="ru-RU,ru;q=0.9").get("/api/v1/positions")
    assert answer.json()["results"][0]["name"] == "Акции AAPL"


def test_without_a_quote_the_value_is_unknown_not_zero(aapl, world, user_id, api) -> None:
    world.filled(user_id)
    LatestQuote.objects.all().delete()
    body = api(user_id).get("/api/v1/positions").json()
    (row,) = body["results"]
    unknown = (
        "price",
        "market_value",
        "unrealized_pnl",
        "total_pnl",
        "return_percent",
        "day_change",
        "weight",
    )
    assert {name: row[name] for name in unknown} == dict.fromkeys(unknown)
    assert (body["totals"]["total_pnl"], body["totals"]["return_percent"]) == (None, None)


def test_somebody_without_positions(aapl, world, user_id, api) -> None:
    world.filled(user_id)
    body = api(new_id()).get("/api/v1/positions").json()
    assert (body["results"], body["totals"]["market_value"]) == ([], "0.00")
    assert (body["totals"]["total_pnl"], body["totals"]["return_percent"]) == ("0.00", None)


def test_a_position_that_never_was_is_not_closed(aapl, world, user_id, api) -> None:
    """Nothing was bought by an order that only rested."""
    world.cancel(world.working(user_id))
    assert api(user_id).get("/api/v1/positions?closed=true").json()["results"] == []


def test_what_is_worth_less_than_a_cent_is_not_rounded_up(world, user_id, api) -> None:
    """A position is worth what its sale would bring: 1.30, not 1.31, for one at 1.3053."""
    world.list_instrument("EURSIM", price="1.3053", price_step=Decimal("0.0001"))
    world.filled(user_id, ticker="EURSIM", quantity=1, price="1.3053")
    (row,) = api(user_id).get("/api/v1/positions").json()["results"]
    assert (row["market_value"], row["unrealized_pnl"]) == ("1.30", "-0.02")


@pytest.mark.parametrize("method", ["average", "fifo"])
def test_any_number_of_positions_in_two_queries(
    world, user_id, api, settings, django_assert_num_queries, method: str
) -> None:
    # given 250 positions, 50 more than a page of instruments has, of which one has lost
    settings.COST_METHOD = method
    ids = [world.list_instrument(f"T{number:03}").instrument_id for number in range(250)]
    units = [1 + number % 3 for number in range(250)]
    positions_move(
        Movement(user_id, id_, Move.BUY, quantity, quantity * 10_005, YESTERDAY)
        for id_, quantity in zip(ids, units, strict=True)
    )
    DailyClose.objects.all().delete()
    LatestQuote.objects.update(price="102.00", price_at=TODAY)
    LatestQuote.objects.filter(instrument__ticker="T249").update(price="98.00")
    assert DailyClose.objects.update(price="100.00") == 250
    QuoteFeed.objects.create(number=1, received_since=1, complete_since=1, confirmed_at=TODAY)
    # when the customer looks
    with django_assert_num_queries(2):
        portfolio_get(user_id=user_id)
    # then each has its own, and their sum stands on top
    body = api(user_id).get("/api/v1/positions").json()
    rows = {row["ticker"]: row for row in body["results"]}
    assert len(rows) == 250
    assert (rows["T001"]["day_change"], rows["T001"]["day_change_percent"]) == ("4.00", "2.00")
    assert (rows["T249"]["day_change"], rows["T249"]["day_change_percent"]) == ("-2.00", "-2.00")
    for name in ("day_change", "total_pnl", "market_value", "realized_pnl", "bought_cost"):
        assert Decimal(body["totals"][name]) == sum(Decimal(row[name]) for row in rows.values()), name
    weights = sum((Decimal(row["weight"]) for row in body["results"]), Decimal(0))
    assert abs(weights - 100) <= 250 * Decimal("0.005")
    # and one unknown price makes the sum unknown, not smaller
    LatestQuote.objects.filter(instrument__ticker="T001").delete()
    body = api(user_id).get("/api/v1/positions").json()
    assert (body["totals"]["day_change"], body["totals"]["day_change_percent"]) == (None, None)
    assert body["results"][1]["day_change"] is None
