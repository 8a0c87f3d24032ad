"""Given many who meet in one book at the same moment, then what each has adds up."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from market_service.instruments.services import instruments_lock
from market_service.quotes.feeds import simulated
from market_service.quotes.models import Quote
from market_service.tests.venue.book import alone, ended, order, resting, trades
from market_service.tests.venue.orders import available, cancel_requested
from market_service.tests.venue.races import all_at_once, tried_again
from market_service.venue.services import orders_expire, quotes_advance
from servicekit.contracts import market

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_takers_for_one_resting_order(listed: Any, deliver: Any) -> None:
    instrument = alone(listed("AAPL"))
    deliver(order(instrument, "sell", 10, "430.00"))
    takers = [order(instrument, "buy", 10, "430.00", time_in_force="ioc") for _ in range(2)]

    all_at_once([lambda taker=taker: deliver(taker) for taker in takers])

    assert trades(instrument) == [(10, "430.00")]
    assert sorted(map(ended, takers)) == [("canceled", 0, "unfilled"), ("executed", 10, "")]
    assert resting(instrument, "sell") == []


@pytest.mark.parametrize("quantity", [10, 4])
def test_a_cancel_against_a_fill(listed: Any, deliver: Any, published: Any, quantity: int) -> None:
    instrument = alone(listed("AAPL"))
    for _ in range(20):
        maker = order(instrument, "sell", 10, "430.00")
        taker = order(instrument, "buy", quantity, "430.00", time_in_force="ioc")
        deliver(maker)

        all_at_once(
            [
                tried_again(lambda m=maker: deliver(cancel_requested(m.order_id), sequence=2)),
                tried_again(lambda t=taker: deliver(t)),
            ]
        )

        filled = ended(taker)[1]
        assert ended(maker) in [("canceled", filled, ""), ("executed", 10, "")]
        assert ended(maker)[1] == filled
        assert resting(instrument, "sell") == []


def test_a_tick_against_a_cancel(listed: Any, deliver: Any, settings: Any, monkeypatch: Any) -> None:
    settings.QUOTE_FEED = "simulated"
    instrument = listed("AAPL")
    price = Decimal("430.00")
    monkeypatch.setattr(simulated, "walked", lambda row, scale: price)
    for _ in range(20):
        Quote.objects.update(price=Decimal("430.47"))
        buy = order(instrument, "buy", 1, "430.00")
        deliver(buy)

        all_at_once(
            [tried_again(lambda b=buy: deliver(cancel_requested(b.order_id), sequence=2)), market_tick]
        )

        assert ended(buy) in [("canceled", 0, ""), ("executed", 1, "")]
        assert resting(instrument, "buy") == []
    assert available(instrument) == 1000 - len(trades(instrument))


def test_a_quote_and_an_order_that_comes_meanwhile_never_cross(
    listed: Any, deliver: Any, settings: Any, monkeypatch: Any
) -> None:
    """An order that is matched against the old quote is seen by the tick, or waits for the new one."""
    settings.QUOTE_FEED = "simulated"
    instrument = listed("AAPL")
    price = Decimal("430.00")
    monkeypatch.setattr(simulated, "walked", lambda row, scale: price)
    for _ in range(20):
        Quote.objects.update(price=Decimal("430.47"))
        buy = order(instrument, "buy", 1, "430.20")
        all_at_once([lambda b=buy: deliver(b), market_tick])
        assert resting(instrument, "buy") == []


def market_tick() -> None:
    quotes_advance()


def test_two_hundred_buyers_and_two_hundred_sellers_cross(
    listed: Any, deliver_many: Any, published: Any
) -> None:
    instrument = alone(listed("AAPL"))
    buys = [order(instrument, "buy", 1 + n % 5, f"43{n % 7}.00") for n in range(200)]
    sells = [order(instrument, "sell", 1 + n % 5, f"43{n % 7}.00") for n in range(200)]
    halves = [orders[start::4] for orders in (buys, sells) for start in range(4)]

    all_at_once([lambda half=half: deliver_many(half) for half in halves])

    bids, asks = resting(instrument, "buy"), resting(instrument, "sell")
    assert not bids or not asks or bids[0][0] < asks[0][0]
    traded = sum(quantity for quantity, _ in trades(instrument))
    for side, orders, left in (("buy", buys, bids), ("sell", sells, asks)):
        assert sum(order.quantity for order in orders) == traded + sum(quantity for _, quantity in left), side
    told = published(market.OrderExecutedV2)
    assert sum(event.quantity for event in told) == 2 * traded
    assert available(instrument) == 1000


def test_orders_rest_and_expire_while_others_come(listed: Any, deliver_many: Any) -> None:
    instrument = alone(listed("AAPL"))
    soon = timezone.now() + timedelta(seconds=0.3)
    sells = [order(instrument, "sell", 1, "430.00", expires_at=soon) for _ in range(60)]
    buys = [order(instrument, "buy", 1, "430.00", time_in_force="ioc") for _ in range(60)]

    all_at_once(
        [
            *(tried_again(lambda part=part: deliver_many(part)) for part in (sells[:30], sells[30:])),
            *(tried_again(lambda part=part: deliver_many(part)) for part in (buys[:30], buys[30:])),
            *[tried_again(orders_expire)] * 4,
        ]
    )
    while resting(instrument, "sell"):
        orders_expire()

    states = [ended(sell)[0] for sell in sells]
    assert set(states) <= {"executed", "expired"}
    assert states.count("executed") == len(trades(instrument))


def test_while_orders_are_matched_pages_go_on_and_quotes_are_confirmed(
    listed: Any, api: Any, settings: Any
) -> None:
    settings.QUOTE_FEED = "manual"  # a quote that moves waits for the batch in hand
    instrument = listed("AAPL")
    locked, seen = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            instruments_lock(instrument_ids=[instrument.pk])
            locked.set()
            seen.wait(60)

    holder = Thread(target=lambda: all_at_once([hold]))
    holder.start()
    try:
        assert locked.wait(60)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 200")
        assert api().get("/api/v1/instruments").status_code == 200
        assert api().get("/api/v1/instruments/AAPL").status_code == 200
        assert quotes_advance() == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 5000")
        seen.set()
        holder.join(60)
