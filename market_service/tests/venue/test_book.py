"""Given customers whose prices meet, then they trade with each other, at the price that was there first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from market_service.quotes.models import Quote
from market_service.tests.venue.book import alone, ended, order, resting, trades
from market_service.tests.venue.orders import available, submitted
from market_service.venue.models import RestingOrder, Trade, VenueOrder
from servicekit.contracts import market
from servicekit.ids import new_id
from servicekit.messaging.models import OutboxEvent

pytestmark = pytest.mark.django_db


def test_a_limit_below_one_step_rests_and_meets_nothing(listed: Any, deliver: Any) -> None:
    """Trading refuses it; but the step may have been another when the order was placed."""
    instrument = alone(listed("AAPL"))
    low = order(instrument, "buy", 5, "0.004")
    deliver(low)
    deliver(order(instrument, "sell", 5, "0.01"))
    assert RestingOrder.objects.get(order_id=low.order_id).rank == -1
    assert trades(instrument) == []


def test_what_nobody_meets_rests(listed: Any, deliver: Any, published: Any) -> None:
    instrument = alone(listed("AAPL"))
    buy = order(instrument, "buy", 5, "400.00")

    deliver(buy)

    assert resting(instrument, "buy") == [("400.00", 5)]
    (rested,) = published(market.OrderRested)
    assert (rested.order_id, rested.remaining, rested.expires_at) == (buy.order_id, 5, buy.expires_at)
    assert not VenueOrder.objects.exists()


def test_two_customers_trade_at_the_earlier_orders_price(listed: Any, deliver: Any, published: Any) -> None:
    instrument = alone(listed("AAPL"))
    sell, buy = order(instrument, "sell", 5, "431.00"), order(instrument, "buy", 3, "432.00")
    deliver(sell)

    deliver(buy)

    assert trades(instrument) == [(3, "431.00")]
    assert ended(buy) == ("executed", 3, "")
    assert resting(instrument, "sell") == [("431.00", 2)]
    maker, taker = sorted(published(market.OrderExecutedV2), key=lambda event: event.side == "buy")
    trade = Trade.objects.get()
    assert (maker.order_id, maker.remaining, str(maker.value)) == (sell.order_id, 2, "1293.00")
    assert maker.executions == [
        [str(trade.sell_execution_id), str(trade.id), "3", "431.00", "maker", "customer"]
    ]
    assert (taker.order_id, taker.remaining, taker.quantity) == (buy.order_id, 0, 3)
    assert taker.executions[0][4:] == ["taker", "customer"]
    assert available(instrument) == 1000  # nothing of the house's


def test_the_best_price_first_then_the_earliest(listed: Any, deliver: Any, deliver_many: Any) -> None:
    instrument = alone(listed("AAPL"))
    early, late = order(instrument, "sell", 2, "431.00"), order(instrument, "sell", 2, "431.00")
    deliver_many(
        [order(instrument, "sell", 1, "432.00"), early, late, order(instrument, "sell", 1, "430.00")]
    )
    assert resting(instrument, "sell") == [("430.00", 1), ("431.00", 2), ("431.00", 2), ("432.00", 1)]

    deliver(order(instrument, "buy", 4, "432.00"))

    assert trades(instrument) == [(1, "430.00"), (2, "431.00"), (1, "431.00")]
    assert ended(early)[0] == "executed"
    assert RestingOrder.objects.get(order_id=late.order_id).remaining == 1


def test_what_one_transaction_fills_of_an_order_is_one_event(
    listed: Any, deliver: Any, deliver_many: Any, published: Any
) -> None:
    instrument = alone(listed("AAPL"))
    deliver_many([order(instrument, "sell", 1, f"43{n}.00") for n in range(5)])
    buy = order(instrument, "buy", 9, "433.00")

    deliver(buy)

    (executed,) = (event for event in published(market.OrderExecutedV2) if event.order_id == buy.order_id)
    assert (executed.quantity, executed.remaining, str(executed.value)) == (4, 5, "1726.00")
    assert [part[3] for part in executed.executions] == ["430.00", "431.00", "432.00", "433.00"]
    sequences = OutboxEvent.objects.filter(subject=f"venue-order/{buy.order_id}").order_by("sequence")
    assert list(sequences.values_list("type", "sequence")) == [
        (market.OrderExecutedV2.TYPE, 1),
        (market.OrderRested.TYPE, 2),
    ]
    deliver(order(instrument, "sell", 5, "433.00"))
    assert sequences.count() == 3
    assert VenueOrder.objects.get(order_id=buy.order_id).version == 3


@pytest.mark.parametrize(
    ("force", "end"),
    [
        ("ioc", ("canceled", 2, "unfilled")),
        ("fok", ("refused", 0, "unfillable")),
    ],
)
def test_orders_that_do_not_wait(listed: Any, deliver: Any, force: str, end: tuple[str, int, str]) -> None:
    instrument = alone(listed("AAPL"))
    deliver(order(instrument, "sell", 2, "430.00"))
    buy = order(instrument, "buy", 5, "430.00", time_in_force=force)

    deliver(buy)

    assert ended(buy) == end
    assert resting(instrument, "sell") == ([("430.00", 2)] if force == "fok" else [])
    assert resting(instrument, "buy") == []


def test_a_fok_that_can_be_filled_is_filled(listed: Any, deliver: Any, deliver_many: Any) -> None:
    instrument = alone(listed("AAPL"))
    deliver_many([order(instrument, "sell", 2, "430.00"), order(instrument, "sell", 2, "431.00")])
    buy = order(instrument, "buy", 3, "431.00", time_in_force="fok")
    deliver(buy)
    assert ended(buy) == ("executed", 3, "")


def test_a_market_order_may_be_filled_in_part(listed: Any, deliver: Any, published: Any) -> None:
    instrument = alone(listed("AAPL"))
    deliver(order(instrument, "sell", 2, "430.00"))
    buy = order(instrument, "buy", 5, "434.00", type="market", time_in_force="day")

    deliver(buy)

    assert ended(buy) == ("canceled", 2, "unfilled")
    (canceled,) = published(market.OrderCanceledV2)
    assert (canceled.executed, canceled.reason) == (2, "unfilled")


def test_an_order_of_before_is_filled_whole_or_refused(listed: Any, deliver: Any, published: Any) -> None:
    """trading.order.submitted.v1 knows no parts; each execution is told as a fill of its own."""
    instrument = alone(listed("AAPL"))
    deliver(order(instrument, "sell", 2, "430.00"))
    deliver(order(instrument, "sell", 2, "431.00"))
    whole, too_much = submitted(instrument, quantity=3), submitted(instrument, quantity=3)

    deliver(too_much := submitted(instrument, quantity=5))
    deliver(whole)

    assert ended(too_much) == ("refused", 0, "insufficient_quantity")
    told = published(market.OrderExecuted)
    assert [(event.order_id, event.quantity, str(event.price)) for event in told] == [
        (whole.order_id, 2, "430.00"),
        (whole.order_id, 1, "431.00"),
    ]
    assert len({event.fill_id for event in told}) == 2


def test_nobody_trades_with_themselves(listed: Any, deliver: Any, published: Any) -> None:
    instrument, user = alone(listed("AAPL")), new_id()
    deliver(order(instrument, "sell", 1, "429.00"))
    deliver(order(instrument, "sell", 2, "430.00", user_id=user))
    buy = order(instrument, "buy", 5, "431.00", user_id=user)

    deliver(buy)

    assert ended(buy) == ("canceled", 1, "self_trade")
    assert resting(instrument, "sell") == [("430.00", 2)]
    assert published(market.OrderCanceledV2)[0].reason == "self_trade"


def test_customers_come_before_the_house_at_its_price(listed: Any, deliver: Any) -> None:
    instrument = listed("AAPL", issued_quantity=1000)
    deliver(submitted(instrument, quantity=10))  # somebody has units
    alone(instrument)
    deliver(order(instrument, "sell", 2, "430.47"))
    instrument.__class__.objects.update(house=True)

    deliver(order(instrument, "buy", 5, "430.47"))

    assert trades(instrument)[1:] == [(2, "430.47"), (3, "430.47")]
    assert available(instrument) == 987


def test_the_house_stands_half_a_spread_from_the_quote(listed: Any, deliver: Any) -> None:
    instrument = listed("AAPL")
    instrument.__class__.objects.update(half_spread=Decimal("0.256"))
    deliver(order(instrument, "buy", 1, "430.72"))
    assert resting(instrument, "buy") == [("430.72", 1)]
    deliver(order(instrument, "buy", 1, "430.80"))
    deliver(order(instrument, "sell", 1, "430.00", time_in_force="ioc"))
    assert trades(instrument) == [(1, "430.73"), (1, "430.72")]
    deliver(order(instrument, "sell", 1, "430.00", time_in_force="ioc"))
    assert trades(instrument)[2:] == [(1, "430.21")]
    assert available(instrument) == 1000


def test_the_house_sells_whole_lots(listed: Any, deliver: Any) -> None:
    instrument = listed("AAPL", issued_quantity=25, lot_size=10)
    buy = order(instrument, "buy", 30, "431.00")
    deliver(buy)
    assert trades(instrument) == [(20, "430.47")]
    assert resting(instrument, "buy") == [("431.00", 10)]
    assert available(instrument) == 5


def test_without_a_fresh_quote_the_book_trades_alone(listed: Any, aged: Any, deliver: Any) -> None:
    instrument = listed("AAPL")
    aged(instrument, 60)
    Quote.objects.update(price=Decimal(400))
    deliver(order(instrument, "sell", 1, "433.00"))
    buy, nothing_left = (order(instrument, "buy", 1, "434.00", type="market") for _ in range(2))

    deliver(buy)
    deliver(nothing_left)

    assert trades(instrument) == [(1, "433.00")]
    assert ended(nothing_left) == ("refused", 0, "quote_stale")
