"""Given an order submitted by trading, then the venue executes or refuses it, once, by its rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from market_service.instruments.models import Instrument
from market_service.instruments.services import instrument_halt
from market_service.tests.venue.orders import available, submitted
from market_service.venue.models import Trade, VenueOrder
from servicekit.contracts import market
from servicekit.ids import new_id

pytestmark = pytest.mark.django_db


def test_a_buy_executes_at_the_quote(listed: Any, deliver: Any, published: Any) -> None:
    instrument = listed("AAPL", issued_quantity=1000)
    order = submitted(instrument, quantity=10)

    deliver(order)

    (executed,) = published(market.OrderExecuted)
    assert (executed.order_id, executed.ticker, executed.side) == (order.order_id, "AAPL", "buy")
    assert (executed.quantity, str(executed.price)) == (10, "430.47")
    assert available(instrument) == 990
    row = VenueOrder.objects.get()
    assert (row.state, row.quantity, row.executed, row.version) == ("executed", 10, 10, 1)
    trade = Trade.objects.get()
    assert (trade.buy_order_id, trade.buy_execution_id) == (order.order_id, executed.fill_id)
    assert (trade.sell_order_id, trade.quantity, trade.price) == (None, 10, Decimal("430.47"))


def test_executions_do_not_count_as_changes_of_the_instrument(
    listed: Any, deliver: Any, published: Any
) -> None:
    instrument = listed("AAPL")
    deliver(submitted(instrument))
    assert len(published(market.InstrumentChanged)) == 1
    assert Instrument.objects.get().version == 1


@pytest.mark.parametrize(
    ("side", "quantity", "limit", "value"),
    [("buy", 1001, "1000", "1001"), ("sell", 1, "0", "1")],
    ids=["more than is on offer", "more than was ever sold"],
)
def test_insufficient_quantity(
    listed: Any, deliver: Any, published: Any, side: str, quantity: int, limit: str, value: str
) -> None:
    instrument = listed("AAPL", issued_quantity=1000)
    cap = Decimal("434.78") if side == "buy" else Decimal("426.16")

    deliver(submitted(instrument, side=side, quantity=quantity, cap_price=cap))

    (refused,) = published(market.OrderRefused)
    assert (refused.code, refused.limit, refused.value) == ("insufficient_quantity", limit, value)
    assert available(instrument) == 1000
    assert VenueOrder.objects.get().state == "refused"


@pytest.mark.parametrize(("side", "cap"), [("buy", "430.46"), ("sell", "430.48")])
def test_price_moved(listed: Any, deliver: Any, published: Any, side: str, cap: str) -> None:
    instrument = listed("AAPL")
    deliver(submitted(instrument, side=side, cap_price=Decimal(cap)))
    (refused,) = published(market.OrderRefused)
    assert (refused.code, refused.limit, refused.value) == ("price_moved", cap, "430.47")


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_a_price_at_the_cap_still_executes(listed: Any, deliver: Any, published: Any, side: str) -> None:
    instrument = listed("AAPL")
    deliver(submitted(instrument))
    deliver(submitted(instrument, side=side, cap_price=Decimal("430.47"), quantity=1))
    assert len(published(market.OrderExecuted)) == 2


def test_a_halted_instrument(listed: Any, deliver: Any, published: Any) -> None:
    instrument = listed("AAPL")
    instrument_halt(instrument_id=instrument.pk)
    deliver(submitted(instrument))
    (refused,) = published(market.OrderRefused)
    assert (refused.code, refused.limit, refused.value) == ("instrument_halted", "open", "halted")


def test_an_instrument_that_is_not_listed(listed: Any, deliver: Any, published: Any) -> None:
    deliver(submitted(listed("AAPL"), instrument_id=new_id()))
    (refused,) = published(market.OrderRefused)
    assert (refused.code, refused.value) == ("instrument_halted", "not listed")


def test_a_stale_quote(listed: Any, aged: Any, deliver: Any, published: Any) -> None:
    instrument = listed("AAPL")
    aged(instrument, 31)
    deliver(submitted(instrument))
    (refused,) = published(market.OrderRefused)
    assert (refused.code, refused.limit) == ("quote_stale", "30")
    assert 31 <= int(refused.value) <= 40
    assert available(instrument) == 1000


def test_a_quote_that_is_nearly_stale_is_good(listed: Any, aged: Any, deliver: Any, published: Any) -> None:
    instrument = listed("AAPL")
    aged(instrument, 25)
    deliver(submitted(instrument))
    assert len(published(market.OrderExecuted)) == 1


def test_the_reasons_are_checked_in_their_order(listed: Any, aged: Any, deliver: Any, published: Any) -> None:
    instrument = listed("AAPL")
    hopeless = {"cap_price": Decimal("1.00"), "quantity": 5000}
    deliver(submitted(instrument, **hopeless))
    aged(instrument, 60)
    deliver(submitted(instrument, **hopeless))
    instrument_halt(instrument_id=instrument.pk)
    deliver(submitted(instrument, **hopeless))
    codes = [event.code for event in published(market.OrderRefused)]
    assert codes == ["price_moved", "quote_stale", "instrument_halted"]


@pytest.mark.parametrize(
    "nonsense", [{"side": "hold"}, {"quantity": 0}, {"quantity": -1}, {"cap_price": Decimal(0)}], ids=str
)
def test_nonsense_is_an_error_and_changes_nothing(
    listed: Any, deliver: Any, nonsense: dict[str, Any]
) -> None:
    instrument = listed("AAPL")
    with pytest.raises(ValueError, match="not an order"):
        deliver(submitted(instrument, **nonsense))
    assert available(instrument) == 1000
    assert not VenueOrder.objects.exists()


def test_the_database_refuses_an_order_that_executed_more_than_there_is(listed: Any) -> None:
    order = VenueOrder(
        order_id=new_id(),
        instrument=listed("AAPL"),
        side="buy",
        quantity=1,
        executed=2,
        cap_price=Decimal(10),
        state="executed",
        submitted_at=timezone.now(),
        ended_at=timezone.now(),
    )
    with pytest.raises(IntegrityError, match="venue_order_executed"), transaction.atomic():
        order.save(force_insert=True)
