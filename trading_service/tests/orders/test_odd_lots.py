"""A sale of all that is free may be off the lot, so that nobody is left with what cannot be sold."""

from __future__ import annotations

import pytest

from servicekit.ids import new_id
from servicekit.testing.threads import at_once
from trading_service.orders.models import Order
from trading_service.positions.models import Position

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder(world, user_id):
    """Somebody with seven units of an instrument whose lot was changed to ten since."""

    def hold(units: int = 7, lot: int = 10):
        listed = world.list_instrument()
        world.filled(user_id, quantity=units)
        world.list_instrument(instrument_id=listed.instrument_id, lot_size=lot, sequence=2)
        return user_id

    return hold


def test_all_of_it_can_be_sold_after_a_lot_change(world, holder) -> None:
    who = holder()
    order = world.working(who, side="sell", quantity=7)
    assert order.status == "working"
    world.execute(order)
    assert Position.objects.get().quantity == 0


@pytest.mark.parametrize("quantity", [1, 6, 8, 17])
def test_a_part_of_it_off_the_lot_cannot(world, holder, api, quantity: int) -> None:
    who = holder()
    before = Order.objects.count()
    answer = world.post(who, side="sell", quantity=quantity)
    assert (answer.status_code, answer.json()["code"]) == (400, "lot_size_invalid")
    assert answer.json()["detail"] == (
        f"AAPL is traded in lots of 10; {quantity} is neither a multiple of that nor all that can be sold, "
        "which is 7."
    )
    assert answer.json()["errors"][0]["field"] == "quantity"
    assert Order.objects.count() == before
    assert Position.objects.get().held_quantity == 0


def test_what_is_left_over_beside_whole_lots(world, holder) -> None:
    # given 27: two lots can be sold, or all
    who = holder(27)
    assert world.post(who, side="sell", quantity=7).json()["code"] == "lot_size_invalid"
    world.order(who, side="sell", quantity=20)
    # then seven are free, and can be sold
    assert world.order(who, side="sell", quantity=7).status == "working"
    assert Position.objects.get().held_quantity == 27


def test_all_of_it_at_once(world, holder) -> None:
    assert world.order(holder(27), side="sell", quantity=27).status == "working"


def test_a_purchase_is_in_whole_lots_whatever_one_owns(world, holder) -> None:
    answer = world.post(holder(), side="buy", quantity=7)
    assert answer.json()["code"] == "lot_size_invalid"
    assert answer.json()["detail"] == "AAPL is traded in lots of 10; 7 is not a multiple of that."


def test_who_owns_nothing_is_refused(world, holder) -> None:
    holder()
    answer = world.post(new_id(), side="sell", quantity=7)
    assert (answer.status_code, answer.json()["code"]) == (400, "lot_size_invalid")


def test_whole_lots_of_what_is_not_owned_are_rejected_as_before(world, holder) -> None:
    order = world.order(holder(), side="sell", quantity=10)
    assert (order.status, order.reject_code, order.reject_limit) == ("rejected", "insufficient_position", "7")


@pytest.mark.django_db(transaction=True)
def test_of_many_that_sell_all_of_it_at_once_one_does(world, holder) -> None:
    """What is free is decided under the lock of the position."""
    who = holder(27)
    answers = at_once([lambda: world.post(who, side="sell", quantity=27)] * 20)
    placed = [
        answer for answer in answers if answer.status_code == 201 and answer.json()["status"] == "working"
    ]
    assert len(placed) == 1
    assert {answer.json().get("code") for answer in answers if answer is not placed[0]} == {
        "lot_size_invalid"
    }
    assert Position.objects.get().held_quantity == 27


@pytest.mark.django_db(transaction=True)
def test_the_rest_and_a_lot_at_once(world, holder) -> None:
    """Whichever comes first, no more than all is held, and an odd sale is of all that was free then."""
    who = holder(27)
    quantities = [20, 7, 27, 10, 17, 7]
    at_once([lambda q=q: world.post(who, side="sell", quantity=q) for q in quantities], threads=6)
    open_sells = list(Order.objects.filter(side="sell", status="working"))
    assert Position.objects.get().held_quantity == sum(order.quantity for order in open_sells) <= 27
    odd = [order for order in open_sells if order.quantity % 10]
    assert len(odd) <= 1
    assert not odd or sum(order.quantity for order in open_sells) == 27
