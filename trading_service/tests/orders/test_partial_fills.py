"""orders_fill: fills of several executions, in parts, at their own price."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models.functions import Now

from servicekit.contracts import trading
from trading_service.orders.errors import ExecutionConflict
from trading_service.orders.models import Fill, OrderDeadline
from trading_service.orders.tasks import orders_sweep
from trading_service.positions.models import Position
from trading_service.tests.conftest import fresh

pytestmark = pytest.mark.django_db


def test_a_fill_of_several_executions_is_one_fill(aapl, world, user_id, published, api) -> None:
    order = world.working(user_id, type="limit", limit_price="100.00")
    more = [(2, "99.50", "taker"), (1, "100.00", "taker")]
    world.execute(order, quantity=4, price="99.00", more=more)
    (filled,) = published(trading.OrderFilledV2)
    assert (filled.quantity, filled.value) == (7, Decimal("695.00"))
    assert filled.price == Decimal("99.285714")
    assert (filled.amount, filled.fee, filled.final) == (69_500, 35, False)
    assert (filled.filled_quantity, filled.remaining, len(filled.executions)) == (7, 3, 3)
    # 300.00 for the rest, and the fee on 995.00 in all, 0.50, less 0.35
    assert filled.hold_left == 30_000 + 15
    assert Fill.objects.get().executions == filled.executions
    (shown,) = api(user_id).get(f"/api/v1/orders/{order.id}").json()["fills"]
    assert (shown["quantity"], shown["price"], shown["liquidity"]) == (7, "99.29", "taker")


def test_what_executed_as_it_came_and_at_rest_is_two_fills(aapl, world, user_id, published, settings) -> None:
    """Each at its own rate: it came, came to rest, and was met by the next of the same transaction."""
    settings.MAKER_FEE_RATE = Decimal("0.0001")
    order = world.working(user_id, type="limit", limit_price="100.00")
    executed = world.executed(
        order, quantity=4, price="99.00", more=[(2, "100.00", "maker"), (1, "99.50", "taker")]
    )
    world.deliver(executed)
    first, second = published(trading.OrderFilledV2)
    assert (first.fill_id, first.quantity, first.value) == (executed.fill_id, 5, Decimal("495.50"))
    assert (second.quantity, second.value, second.price) == (2, Decimal(200), Decimal("100.00"))
    assert str(second.fill_id) == executed.executions[1][0]
    assert (first.amount, first.fee) == (49_550, 25)
    # 0.0001 of 695.50 and 0.0004 more of 495.50 make 0.26775
    assert (second.amount, second.fee) == (20_000, 27 - 25)
    assert list(Fill.objects.order_by("quantity").values_list("liquidity", flat=True)) == ["maker", "taker"]
    assert (fresh(order).status, fresh(order).maker_value) == ("partially_filled", 200)
    # and again changes nothing
    world.deliver(executed)
    assert Fill.objects.count() == 2


def test_a_better_price_is_let_go_of_at_once(aapl, world, user_id, published) -> None:
    order = world.limit(user_id, quantity=10)
    assert order.hold_amount == 100_050
    world.execute(order, quantity=5, price="90.00", liquidity="maker")
    (filled,) = published(trading.OrderFilledV2)
    # paid 450.00 + 0.23; the rest may cost 500.00, and the fee on 950.00 is 0.48
    assert (filled.amount, filled.fee, filled.hold_left) == (45_000, 23, 50_000 + 25)
    world.execute(order, quantity=5, price="100.00", liquidity="maker")
    last = published(trading.OrderFilledV2)[-1]
    assert (last.amount, last.fee, last.hold_left, last.final) == (50_000, 25, 0, True)
    assert (filled.charged, last.charged) == (45_023, 95_048)


def test_an_increment_may_be_nothing(world, user_id, published) -> None:
    """Units of a tenth of a cent: nine of ten fills are paid for by the first."""
    world.list_instrument(price="0.001", price_step=Decimal("0.001"))
    order = world.limit(user_id, "0.001", quantity=20)
    for _ in range(20):
        world.execute(order, quantity=1, price="0.001", liquidity="maker")
    fills = published(trading.OrderFilledV2)
    assert [fill.amount for fill in fills] == ([1] + [0] * 9) * 2
    assert [fill.fee for fill in fills] == [1] + [0] * 19
    assert fresh(order).status == "filled"
    assert Position.objects.get().cost_basis == 3


@pytest.mark.parametrize("remaining", [5, 7])
def test_an_execution_that_leaves_something_else_is_never_dropped_silently(
    aapl, world, user_id, remaining: int
) -> None:
    """A fill before it is missing, or was booked twice: a person must look."""
    order = world.limit(user_id)
    with pytest.raises(ExecutionConflict):
        world.deliver(replace(world.executed(order, quantity=4), remaining=remaining))
    assert not Fill.objects.exists()


def test_an_order_under_way_at_the_upgrade_goes_on(aapl, world, user_id, published) -> None:
    """The version before placed and submitted it, and the venue answers in the old way."""
    order = world.working(user_id)
    world.deliver(world.executed_whole(order, price="99.37"))
    (filled,) = published(trading.OrderFilledV2)
    assert (filled.quantity, filled.value, filled.price) == (10, Decimal("993.70"), Decimal("99.37"))
    assert (filled.amount, filled.fee, filled.final, filled.executions) == (99_370, 50, True, [])
    fill = Fill.objects.get()
    assert (fill.executions, fill.liquidity, fill.value) == ([], "taker", Decimal("993.70"))
    assert fresh(order).status == "filled"


def test_deadlines_of_before_are_swept(aapl, world, user_id) -> None:
    """The version before wrote them without saying whose they are."""
    order = world.order(user_id)
    OrderDeadline.objects.update(user_id=None, due_at=Now() - timedelta(seconds=1))
    assert orders_sweep() == 1
    assert fresh(order).status == "expired"
