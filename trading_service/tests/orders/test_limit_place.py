"""order_place: limit orders, their terms and what they are rejected for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from servicekit.contracts import trading
from servicekit.ids import new_id
from servicekit.terms import limit_range, resting_until
from trading_service.orders import services
from trading_service.orders.models import Order
from trading_service.tests.conftest import fresh

pytestmark = pytest.mark.django_db


def test_a_buy_holds_its_limit_and_the_highest_fee_on_it(aapl, world, user_id, published, settings) -> None:
    settings.MAKER_FEE_RATE = Decimal("0.001")
    answer = world.post(user_id, type="limit", limit_price="99.999", quantity=10)
    assert answer.json()["errors"][0]["code"] == "price_step_invalid"
    order = world.order(user_id, type="limit", limit_price="99.99", time_in_force="gtc", quantity=10)
    (placed,) = published()
    assert (placed.type, placed.time_in_force, placed.limit_price) == ("limit", "gtc", Decimal("99.99"))
    assert placed.hold_amount == order.hold_amount == 99_990 + 100
    # and its limit is the bound at the venue
    world.hold(order)
    (submitted,) = published(trading.OrderSubmittedV2)
    assert (submitted.type, submitted.limit_price, submitted.cap_price) == ("limit", *[Decimal("99.99")] * 2)
    assert (submitted.time_in_force, submitted.expires_at) == ("gtc", fresh(order).expires_at)


@pytest.mark.parametrize(
    ("terms", "rests"),
    [
        ({"type": "market"}, False),
        ({"type": "limit", "time_in_force": "ioc"}, False),
        ({"type": "limit", "time_in_force": "fok"}, False),
        ({"type": "limit", "time_in_force": "day"}, True),
        ({"type": "limit"}, True),
    ],
    ids=str,
)
def test_what_may_rest_has_an_expiry(aapl, world, user_id, published, terms: dict[str, Any], rests) -> None:
    limit = {"limit_price": "99.00"} if terms["type"] == "limit" else {}
    order = world.working(user_id, **terms, **limit)
    (submitted,) = published(trading.OrderSubmittedV2)
    assert (submitted.expires_at is not None) is (order.expires_at is not None) is rests


def test_a_day_ends_at_midnight_where_the_venue_is() -> None:
    moscow, new_york = ZoneInfo("Europe/Moscow"), ZoneInfo("America/New_York")
    now = datetime(2026, 3, 7, 22, 30, tzinfo=UTC)
    until = {zone: resting_until(time_in_force="day", now=now, zone=zone) for zone in (moscow, new_york)}
    # it is the 8th already in Moscow; the night after is the one of the change of the clocks in New York
    assert until == {
        moscow: datetime(2026, 3, 8, 21, tzinfo=UTC),
        new_york: datetime(2026, 3, 8, 5, tzinfo=UTC),
    }
    short = resting_until(time_in_force="day", now=datetime(2026, 3, 8, 12, tzinfo=UTC), zone=new_york)
    assert short == datetime(2026, 3, 9, 4, tzinfo=UTC)
    assert resting_until(time_in_force="gtc", now=now, zone=moscow) == now + timedelta(days=90)


@pytest.mark.parametrize("side", ["buy", "sell"])
@pytest.mark.parametrize(
    ("limit", "bound"), [("79.99", "80.00"), ("120.01", "120.00"), ("80.00", ""), ("120.00", "")]
)
def test_a_limit_far_from_the_quote_is_rejected(aapl, world, user_id, side, limit: str, bound: str) -> None:
    world.filled(user_id)
    body = world.post(user_id, side=side, type="limit", limit_price=limit).json()
    if bound:
        assert (body["status"], body["reject_reason"]["code"]) == ("rejected", "limit_too_far")
        order = Order.objects.get(id=body["id"])
        assert (order.reject_limit, order.reject_value) == (bound, limit)
    else:
        assert body["status"] == ("accepted" if side == "buy" else "working")


def test_the_range_is_on_the_step_and_within(aapl) -> None:
    low, high = limit_range(quote=Decimal("0.03"), step=Decimal("0.01"), share=Decimal("0.2"))
    assert (low, high) == (Decimal("0.03"), Decimal("0.03"))
    assert limit_range(quote=Decimal("0.01"), step=Decimal("0.01"), share=Decimal("0.2")) == (
        Decimal("0.01"),
        Decimal("0.01"),
    )


@pytest.mark.parametrize(
    ("setting", "ticker"), [("OPEN_ORDERS", "MSFT"), ("OPEN_ORDERS_OF_INSTRUMENT", "AAPL")]
)
def test_only_so_many_may_rest(aapl, world, user_id, settings, setting: str, ticker: str) -> None:
    world.list_instrument("MSFT")
    setattr(settings, setting, 2)
    first = world.order(user_id, type="limit", limit_price="99.00")
    world.order(user_id, type="limit", limit_price="99.00")
    one_more = world.post(user_id, ticker=ticker, type="limit", limit_price="99.00").json()
    assert (one_more["status"], one_more["reject_reason"]["code"]) == ("rejected", "too_many_orders")
    assert one_more["reject_reason"]["detail"] == "You can have 2 open orders; this would be number 3."
    # what does not rest goes on, others are not concerned, and who takes one back may place another
    assert world.order(user_id, ticker=ticker).status == "accepted"
    ioc = {"type": "limit", "limit_price": "99.00", "time_in_force": "ioc"}
    assert world.order(user_id, ticker=ticker, **ioc).status == "accepted"
    assert world.order(new_id(), type="limit", limit_price="99.00").status == "accepted"
    world.request_cancel(first)
    world.cancel(first)
    assert world.order(user_id, ticker=ticker, type="limit", limit_price="99.00").status == "accepted"


def test_a_market_order_costs_no_statement_more(aapl, world, user_id, django_assert_num_queries) -> None:
    world.filled(user_id)
    market = {"user_id": user_id, "ticker": "AAPL", "quantity": 1}
    limit = {**market, "type": "limit", "limit_price": Decimal(99)}
    # the terms, a sell's units, how many rest; all that is written goes with the commit
    for terms, count in (
        ({**market, "side": "buy"}, 1),
        ({**market, "side": "sell"}, 2),
        ({**limit, "side": "buy"}, 2),
    ):
        with django_assert_num_queries(count):
            services.order_place(client_order_id=str(new_id()), **terms)


def test_all_that_is_free_may_be_an_odd_lot(world, user_id) -> None:
    listed = world.list_instrument()
    world.filled(user_id, quantity=7)
    world.list_instrument(instrument_id=listed.instrument_id, lot_size=10, sequence=2)
    limit = {"side": "sell", "type": "limit", "limit_price": "101.00"}
    assert world.post(user_id, quantity=6, **limit).json()["code"] == "lot_size_invalid"
    assert world.order(user_id, quantity=7, **limit).status == "working"
