"""Given a recorded split, then every position is split at once, each holder is told, and no value jumps."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.utils import timezone

from servicekit.contracts import market
from servicekit.contracts.trading import OrderSubmittedV2, SplitAllocated, SplitCompleted
from servicekit.ids import new_id
from servicekit.messaging.models import FailedEvent
from trading_service.positions.models import Position
from trading_service.positions.selectors import portfolio_get, portfolio_history
from trading_service.reference.models import ListedInstrument
from trading_service.splits import services
from trading_service.splits.tasks import splits_apply
from trading_service.tests.conftest import NOON, fresh

pytestmark = pytest.mark.django_db

RATIOS = [(1, 2), (2, 3), (10, 1), (1, 7)]


@pytest.fixture
def recorded(aapl: market.InstrumentChanged) -> Any:
    """``recorded(2, 3)``: market says that two units, at 100.00, become three."""

    def make(old: int = 1, new: int = 2, *, number: int = 1, **changes: Any) -> market.SplitRecorded:
        values: dict[str, Any] = {
            "action_id": new_id(), "instrument_id": aapl.instrument_id, "ticker": "AAPL", "number": number,
            "old_units": old, "new_units": new, "price": round(Decimal(100) * old / new, 2),
            "previous_close": round(Decimal(99) * old / new, 2), "price_step": Decimal("0.01"), "lot_size": 1,
            "issued_quantity": 1_000_000 * new // old, "currency": "USD", "units": 0,
            "recorded_at": timezone.now(),
        }  # fmt: skip
        return market.SplitRecorded(**values | changes)

    return make


def test_each_position_is_split_and_published(world, recorded, deliver, published) -> None:
    ann, bob, cid = (new_id() for _ in range(3))
    for user_id, quantity in ((ann, 10), (bob, 7), (cid, 1)):
        world.filled(user_id, quantity=quantity)
    event = recorded(2, 3, units=18)
    assert deliver(event, request_id="click-7")
    assert splits_apply() == 3
    assert splits_apply() == 0
    told = {one.user_id: (one.old_quantity, one.quantity, one.amount) for one in published(SplitAllocated)}
    # half a unit is worth 33.335
    assert told == {ann: (10, 15, 0), bob: (7, 10, 33_33), cid: (1, 1, 33_33)}
    (done,) = published(SplitCompleted)
    assert (done.action_id, done.holders, done.old_units, done.units) == (event.action_id, 3, 18, 26)
    assert done.amount == 66_66
    first = published(SplitAllocated)[0]
    assert (first.price, first.old_units, first.new_units) == (Decimal("66.67"), 2, 3)
    instrument = ListedInstrument.objects.get(id=event.instrument_id)
    assert (instrument.splits, instrument.issued_quantity) == (1, 1_500_000)
    assert instrument.quote.price == Decimal("66.67")


@pytest.mark.parametrize("method", ["average", "fifo"])
@pytest.mark.parametrize(("old", "new"), RATIOS)
def test_cost_profit_and_day_stay(world, recorded, deliver, monkeypatch, old, new, method) -> None:
    """Of a position that was bought in two lots, sold in part, and has been held since before today."""
    monkeypatch.setattr(settings, "COST_METHOD", method)
    user_id = new_id()
    now = timezone.now()
    world.filled(user_id, quantity=23, price="99.37", at=now - timedelta(days=3))
    world.filled(user_id, quantity=11, price="101.11", at=now - timedelta(days=2))
    world.filled(user_id, side="sell", quantity=9, price="100.00", at=now - timedelta(days=1))
    world.quote("AAPL", "98.00", at=now - timedelta(days=1))
    world.quote("AAPL", "100.00", at=now)
    first, today = now.date() - timedelta(days=4), now.date()
    history: Any = portfolio_history(user_id=user_id, since=first, until=today).days
    before: Any = portfolio_get(user_id=user_id)

    deliver(recorded(old, new, units=25, recorded_at=now + timedelta(microseconds=1)))
    splits_apply()

    after: Any = portfolio_get(user_id=user_id)
    (was,), (now_is,) = before.holdings, after.holdings
    whole, rest = divmod(25 * new, old)
    assert now_is.quantity == whole
    cash = after.sold_proceeds - before.sold_proceeds
    assert cash == int(now_is.price * 100 * rest) // old
    # what rounding the price to its step makes of the value, and rounding the cash
    slack = whole + 1
    assert after.bought_cost == before.bought_cost
    if rest:
        assert 0 < was.cost_basis - now_is.cost_basis < was.cost_basis
    else:
        assert (now_is.cost_basis, now_is.realized_pnl) == (was.cost_basis, was.realized_pnl)
    assert now_is.realized_pnl - was.realized_pnl == cash - (was.cost_basis - now_is.cost_basis)
    assert abs(after.total_pnl - before.total_pnl) <= slack
    assert abs(after.day_change - before.day_change) <= slack
    assert now_is.value_at_close == was.value_at_close
    assert now_is.previous_close == pytest.approx(was.previous_close * old / new)
    again: Any = portfolio_history(user_id=user_id, since=first, until=today).days
    assert again[:-1] == history[:-1]
    assert abs(again[-1].total_pnl - history[-1].total_pnl) <= slack


def test_positions_wait_for_orders_on_their_way_and_take_none_meanwhile(
    world, recorded, deliver, published, user_id
) -> None:
    world.filled(user_id, quantity=10)
    order = world.working(user_id, side="sell", quantity=4)
    deliver(recorded())
    assert splits_apply() == 0
    assert Position.objects.get(user_id=user_id).quantity == 10
    late = world.order(user_id, side="sell", quantity=1)
    assert (late.status, late.reject_code) == ("rejected", "corporate_action")
    late = world.order(user_id, quantity=1)
    assert (late.status, late.reject_code) == ("rejected", "corporate_action")

    world.refuse(order, code="instrument_halted")

    assert splits_apply() == 1
    position = Position.objects.get(user_id=user_id)
    assert (position.quantity, position.held_quantity) == (20, 0)
    world.order(user_id, side="sell", quantity=20)
    assert published(OrderSubmittedV2)[-1].splits == 1


def test_a_buy_of_before_goes_to_the_venue_as_one_of_before(
    world, recorded, deliver, published, user_id
) -> None:
    order = world.order(user_id, quantity=10)
    deliver(recorded())
    splits_apply()
    world.hold(order)
    (told,) = published(OrderSubmittedV2)
    assert (told.order_id, told.splits) == (order.id, 0)
    assert fresh(order).status == "working"


def test_it_waits_while_a_fill_may_be_missing(world, recorded, deliver, user_id) -> None:
    world.filled(user_id, quantity=10)
    deliver(recorded())
    failed = FailedEvent.objects.create(
        event_id=new_id(), stream="events:market", type="market.order.executed.v2", subject="venue-order/1",
        envelope="{}", error="ExecutionConflict",
    )  # fmt: skip
    assert splits_apply() == 0
    failed.delete()
    assert splits_apply() == 1


def test_it_waits_for_fills_that_were_lost_on_their_way(world, recorded, deliver, user_id) -> None:
    """Of a buy: it holds no units that the split would wait for."""
    world.filled(user_id, quantity=10)
    order = world.working(user_id, quantity=4)
    deliver(recorded(units=14, bought_units=14, sold_units=0))
    assert splits_apply() == 0
    assert Position.objects.get(user_id=user_id).quantity == 10
    world.execute(order)
    assert splits_apply() == 1
    assert Position.objects.get(user_id=user_id).quantity == 28


def test_received_again_and_killed_between_two_portions_it_is_one_split(
    world, recorded, deliver, published
) -> None:
    holders = [new_id() for _ in range(5)]
    for user_id in holders:
        world.filled(user_id, quantity=2)
    event = recorded(units=10)
    for _ in range(2):
        deliver(event)
    services.split_apply(split_id=event.action_id)
    services.split_apply(split_id=event.action_id)
    assert services.split_allocate(split_id=event.action_id, limit=2) == 2
    assert published(SplitCompleted) == []
    assert splits_apply() == 3
    deliver(event)
    assert splits_apply() == 0
    told: list[UUID] = [one.user_id for one in published(SplitAllocated)]
    assert (len(told), set(told)) == (5, set(holders))
    assert sum(Position.objects.values_list("quantity", flat=True)) == 20


def test_what_only_a_fraction_is_left_of_is_sold_whole(world, recorded, deliver, published, user_id) -> None:
    world.filled(user_id, quantity=3)
    world.filled(new_id(), quantity=10)
    deliver(recorded(10, 1, units=13))
    splits_apply()
    told = {one.user_id: (one.quantity, one.amount) for one in published(SplitAllocated)}
    assert told[user_id] == (0, 300_00)
    (closed,) = portfolio_get(user_id=user_id, closed=True).holdings
    assert (closed.cost_basis, closed.unrealized_pnl, closed.day_change is not None) == (0, 0, True)


def test_nobody_holds_any(recorded, deliver, published) -> None:
    deliver(recorded())
    assert splits_apply() == 0
    (done,) = published(SplitCompleted)
    assert (done.holders, done.units) == (0, 0)


def test_splits_follow_each_other(world, recorded, deliver, user_id) -> None:
    """3:2 of an odd number, then 1:10, with trades between: the lots follow, by both methods."""
    world.filled(user_id, quantity=11, at=NOON)
    deliver(recorded(2, 3, units=11))
    splits_apply()
    world.filled(user_id, quantity=5, price="66.00", at=timezone.now())
    world.filled(user_id, side="sell", quantity=3, price="66.00", at=timezone.now())
    deliver(recorded(10, 1, number=2, units=18))
    splits_apply()
    position = Position.objects.get(user_id=user_id)
    assert position.quantity == 1
    lots = list(position.lots.order_by("bought_before"))
    assert sum(lot.quantity for lot in lots) == position.bought_quantity
    assert sum(lot.cost for lot in lots) == position.bought_cost
    assert [lot.bought_before for lot in lots] == [
        sum(lot.quantity for lot in lots[:place]) for place in range(len(lots))
    ]
