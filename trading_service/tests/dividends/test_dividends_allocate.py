"""Given a recorded dividend, then each holder of that moment is told of a share, once; then of the sums."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from servicekit.contracts import market
from servicekit.contracts.trading import DividendAllocated, DividendCompleted
from servicekit.ids import new_id
from servicekit.messaging.models import FailedEvent
from trading_service.dividends import services
from trading_service.dividends.models import Dividend, DividendAllocation
from trading_service.dividends.tasks import dividends_allocate
from trading_service.tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorded(aapl: market.InstrumentChanged) -> Any:
    """``recorded("0.24")``: market says that the units held at noon earn so much each."""

    def make(per_unit: str = "0.24", *, units: int = 0, **changes: Any) -> market.DividendRecorded:
        values: dict[str, Any] = {
            "action_id": new_id(), "instrument_id": aapl.instrument_id, "ticker": "AAPL",
            "per_unit": Decimal(per_unit), "currency": "USD", "units": units, "recorded_at": NOON,
        }  # fmt: skip
        return market.DividendRecorded(**values | changes)

    return make


def shares(published: Any) -> dict[UUID, tuple[int, int]]:
    """User → units, minor units."""
    allocated = published(DividendAllocated)
    assert len({event.user_id for event in allocated}) == len(allocated)
    return {event.user_id: (event.quantity, event.amount) for event in allocated}


def test_each_holder_is_allocated_a_share_rounded_down(world, recorded, deliver, published) -> None:
    ann, bob, cid = (new_id() for _ in range(3))
    for user_id, quantity in ((ann, 10), (bob, 7), (cid, 1)):
        world.filled(user_id, quantity=quantity, at=NOON - timedelta(seconds=1))
    event = recorded("0.005", units=18)
    assert deliver(event, request_id="click-7")
    assert dividends_allocate() == 3
    # 0.05, 0.035 and 0.005: the last is less than a cent
    assert shares(published) == {ann: (10, 5), bob: (7, 3)}
    (done,) = published(DividendCompleted)
    assert (done.action_id, done.holders, done.units, done.amount) == (event.action_id, 3, 18, 8)
    assert DividendAllocation.objects.count() == 3
    first = published(DividendAllocated)[0]
    assert (first.action_id, first.ticker, first.per_unit) == (event.action_id, "AAPL", Decimal("0.005"))


def test_the_units_of_the_record_moment_count_whatever_happened_since(
    world, recorded, deliver, published
) -> None:
    """A buy and a sell after it, booked before it is allocated; and a buy at the moment itself."""
    ann, bob, cid = (new_id() for _ in range(3))
    world.filled(ann, quantity=10, at=NOON - timedelta(hours=1))
    world.filled(bob, quantity=4, at=NOON)
    deliver(recorded("1.00", units=14))
    later = NOON + timedelta(microseconds=1)
    world.filled(ann, side="sell", quantity=10, at=later)
    world.filled(bob, quantity=5, at=later)
    world.filled(cid, quantity=3, at=later)
    dividends_allocate()
    assert shares(published) == {ann: (10, 10_00), bob: (4, 4_00)}
    (done,) = published(DividendCompleted)
    assert (done.holders, done.units, done.amount) == (2, 14, 14_00)


def test_recorded_again_and_looked_at_again_it_is_one_dividend(
    world, user_id, recorded, deliver, published
) -> None:
    world.filled(user_id, quantity=10, at=NOON)
    event = recorded()
    for _ in range(2):
        deliver(event)
        dividends_allocate()
    assert shares(published) == {user_id: (10, 2_40)}
    assert len(published(DividendCompleted)) == 1


def test_portions_end_where_they_began(world, recorded, deliver, published, monkeypatch) -> None:
    """A crash between two portions repeats none of them."""
    holders = [new_id() for _ in range(5)]
    for user_id in holders:
        world.filled(user_id, quantity=2, at=NOON)
    event = recorded("0.50", units=10)
    deliver(event)
    assert services.dividend_allocate(dividend_id=event.action_id, limit=2) == 2
    assert (len(shares(published)), published(DividendCompleted)) == (2, [])
    assert services.dividends_allocate(limit=2) == 3
    assert services.dividends_allocate(limit=2) == 0
    assert shares(published) == dict.fromkeys(holders, (2, 1_00))
    (done,) = published(DividendCompleted)
    assert (done.holders, done.units, done.amount) == (5, 10, 5_00)


def test_nobody_holds_any(recorded, deliver, published) -> None:
    deliver(recorded())
    assert dividends_allocate() == 0
    (done,) = published(DividendCompleted)
    assert (done.holders, done.units, done.amount) == (0, 0, 0)


def test_it_waits_for_fills_that_were_lost_on_their_way(world, recorded, deliver, published) -> None:
    """A trade between two customers: what all hold adds up without it, what each holds does not."""
    ann, bob = new_id(), new_id()
    world.filled(ann, quantity=10, at=NOON - timedelta(seconds=2))
    deliver(recorded("1.00", units=10, bought_units=14, sold_units=4))
    assert dividends_allocate() == 0
    world.filled(ann, side="sell", quantity=4, at=NOON - timedelta(seconds=1))
    assert dividends_allocate() == 0
    world.filled(bob, quantity=4, at=NOON + timedelta(seconds=1))  # of after it
    assert dividends_allocate() == 0
    assert published(DividendAllocated) == []
    world.filled(bob, quantity=4, at=NOON - timedelta(seconds=1))
    assert dividends_allocate() == 2
    assert shares(published) == {ann: (6, 6_00), bob: (4, 4_00)}


def test_it_waits_for_a_fill_that_failed(world, user_id, recorded, deliver, published) -> None:
    """It may be of before the record, and its units would not be paid."""
    failed = FailedEvent.objects.create(
        event_id=new_id(), stream="events:market", type="market.order.executed.v2", subject="venue-order/1",
        envelope="{}", error="ExecutionConflict",
    )  # fmt: skip
    deliver(recorded())
    assert dividends_allocate() == 0
    assert Dividend.objects.get().completed_at is None
    world.filled(user_id, quantity=10, at=NOON)
    failed.delete()
    assert dividends_allocate() == 1
    assert shares(published) == {user_id: (10, 2_40)}


def test_who_was_once_a_holder_is_paid_nothing(world, user_id, recorded, deliver, published) -> None:
    world.filled(user_id, quantity=10, at=NOON - timedelta(days=2))
    world.filled(user_id, side="sell", quantity=10, at=NOON - timedelta(days=1))
    deliver(recorded())
    assert dividends_allocate() == 1
    assert shares(published) == {}
    assert not DividendAllocation.objects.exists()
