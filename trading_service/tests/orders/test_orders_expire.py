"""orders_expire and the sweep: whatever does not answer, every order ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from servicekit.contracts import trading
from servicekit.testing.threads import at_once
from trading_service.orders import services
from trading_service.orders.models import FINAL, Order, OrderDeadline
from trading_service.orders.tasks import orders_sweep
from trading_service.positions.models import Position
from trading_service.tests.conftest import fresh, overdue


def seconds_left(order: Order) -> float:
    """Until an order is due, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM due_at - clock_timestamp()) FROM orders_orderdeadline "
            "WHERE order_id = %s",
            [order.id],
        )
        return float(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.parametrize("side", ["buy", "sell"])
def test_an_open_order_has_a_deadline_until_it_ends(aapl, world, user_id, settings, side: str) -> None:
    settings.ORDER_DEADLINE = 77
    world.filled(user_id)
    order = world.order(user_id, side=side, quantity=10)
    assert 70 < seconds_left(order) < 77
    if side == "buy":
        world.hold(order)
    world.execute(order, quantity=4)
    assert OrderDeadline.objects.filter(order=order).exists()
    world.execute(order, quantity=6)
    assert not OrderDeadline.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["decline", "refuse", "cancel"])
def test_no_end_leaves_a_deadline(aapl, world, user_id, end: str) -> None:
    order = world.order(user_id) if end == "decline" else world.working(user_id)
    getattr(world, end)(order)
    assert fresh(order).status in FINAL
    assert not OrderDeadline.objects.exists()


@pytest.mark.django_db
def test_what_is_rejected_at_once_has_no_deadline(aapl, world, user_id) -> None:
    assert world.order(user_id, side="sell").status == "rejected"
    assert not OrderDeadline.objects.exists()


@pytest.mark.django_db
def test_billing_says_nothing(aapl, world, user_id, published, api) -> None:
    # given an order whose cash billing did not set aside in time; when the sweep comes by
    order = world.order(user_id)
    assert orders_sweep() == 0
    overdue(order)
    assert orders_sweep() == 1
    # then it has expired, billing is told, and the customer reads why in either language
    (expired,) = published(trading.OrderExpired)
    assert (expired.order_id, expired.code, expired.filled_quantity) == (order.id, "timed_out", 0)
    body = api(user_id).get(f"/api/v1/orders/{order.id}").json()
    assert (body["status"], body["reject_reason"]["code"]) == ("expired", "timed_out")
    assert body["reject_reason"]["detail"] == "The order was not confirmed in time, so it was canceled."
    assert (body["history"][-1]["to_status"], body["history"][-1]["cause"]) == ("expired", "deadline")
    russian = api(user_id, accept_language="ru").get(f"/api/v1/orders/{order.id}").json()
    assert russian["reject_reason"]["detail"] == "Заявку не подтвердили вовремя, поэтому она отменена."
    assert not OrderDeadline.objects.exists()
    # and the answer that comes after all changes nothing
    for late in (world.hold, world.decline, world.cancel):
        late(order)
    assert fresh(order).version == 2
    assert not published(trading.OrderSubmittedV2)


@pytest.mark.django_db
def test_the_customer_wanted_it_back_and_nobody_answered(aapl, world, user_id, published) -> None:
    order = world.order(user_id)
    world.request_cancel(order)
    overdue(order)
    assert orders_sweep() == 1
    assert fresh(order).status == "canceled"
    assert order.history.last().cause == "deadline"
    assert [event.order_id for event in published(trading.OrderCanceledV2)] == [order.id]
    assert not published(trading.OrderExpired)


@pytest.mark.django_db
@pytest.mark.parametrize("asked", [False, True], ids=["expired", "canceled"])
def test_on_a_cancel_the_venue_gives_a_sell_back(aapl, world, user_id, published, asked: bool) -> None:
    # given a sell of which the venue executed a part and said no more
    world.filled(user_id)
    order = world.working(user_id, side="sell", quantity=6)
    world.execute(order, quantity=2)
    if asked:
        world.request_cancel(order)
    before = len(published(trading.OrderCancelRequested))
    # when the sweep comes by
    overdue(order)
    assert orders_sweep() == 1
    # then the venue is asked, and nothing is assumed
    requested = published(trading.OrderCancelRequested)[before:]
    assert [event.order_id for event in requested] == [order.id]
    assert fresh(order).status == "partially_filled"
    assert (fresh(order).cancel_requested_at is not None) is asked
    assert Position.objects.get().held_quantity == 4
    # and its answer ends the order, by whose wish it was
    world.cancel(order)
    assert fresh(order).status == ("canceled" if asked else "expired")
    assert fresh(order).reject_code == ("" if asked else "timed_out")
    (ended,) = published(trading.OrderCanceledV2 if asked else trading.OrderExpired)
    assert (ended.order_id, ended.quantity, ended.filled_quantity) == (order.id, 6, 2)
    position = Position.objects.get()
    assert (position.quantity, position.held_quantity) == (8, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(("answer", "end"), [("execute", "filled"), ("refuse", "rejected")])
def test_the_venue_had_decided_before_the_request(aapl, world, user_id, answer: str, end: str) -> None:
    order = world.working(user_id)
    overdue(order)
    orders_sweep()
    getattr(world, answer)(order)
    assert fresh(order).status == end
    assert not OrderDeadline.objects.exists()


@pytest.mark.django_db
def test_a_cancel_is_requested_again_after_twice_the_time(aapl, world, user_id, published, settings) -> None:
    settings.ORDER_DEADLINE, settings.ORDER_DEADLINE_LONGEST = 10, 60
    order = world.working(user_id)
    waits = []
    for _ in range(4):
        overdue(order)
        assert orders_sweep() == 1
        assert orders_sweep() == 0
        waits.append(round(seconds_left(order)))
    assert waits == [20, 40, 60, 60]
    assert len(published(trading.OrderCancelRequested)) == 4
    assert fresh(order).version == order.version + 4


@pytest.mark.django_db
def test_more_than_one_transaction_can_take(aapl, world, user_id) -> None:
    orders = [world.order(user_id) for _ in range(5)]
    overdue(*orders)
    assert services.orders_expire(limit=2) == 2
    assert orders_sweep(at_once=1) == 3
    assert {fresh(order).status for order in orders} == {"expired"}


@pytest.mark.django_db
def test_only_the_databases_clock_counts(aapl, world, user_id, monkeypatch, settings) -> None:
    order = world.order(user_id)
    real = timezone.now
    for error in (timedelta(hours=1), timedelta(hours=-1)):
        monkeypatch.setattr(timezone, "now", lambda error=error: real() + error)
        assert orders_sweep() == 0
    # placed by a process whose clock is an hour late
    assert settings.ORDER_DEADLINE - 5 < seconds_left(world.order(user_id)) <= settings.ORDER_DEADLINE
    overdue(order)
    assert orders_sweep() == 1


@pytest.mark.django_db
def test_a_database_whose_clock_was_put_back_makes_nobody_wait(aapl, world, user_id, settings) -> None:
    # given a deadline set two minutes "later" than now
    order = world.order(user_id)
    OrderDeadline.objects.update(due_at=Now() + timedelta(seconds=settings.ORDER_DEADLINE, minutes=2))
    # when the sweep comes by, it waits its time from now
    assert orders_sweep() == 0
    assert 5 < seconds_left(order) <= settings.ORDER_DEADLINE


@pytest.mark.django_db
def test_nothing_due_is_three_small_statements(aapl, world, user_id, django_assert_num_queries) -> None:
    world.order(user_id)
    with django_assert_num_queries(7):  # deadlines_clamp; twice begin, look, commit
        assert orders_sweep() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_sweep_at_once(aapl, world, user_id, published) -> None:
    orders = [world.order(user_id) for _ in range(30)]
    overdue(*orders)
    swept = at_once([orders_sweep] * 8, threads=4)
    assert sum(swept) == 30
    assert {fresh(order).status for order in orders} == {"expired"}
    assert len(published(trading.OrderExpired)) == 30


@pytest.mark.django_db(transaction=True)
def test_a_sweep_beside_the_answers_it_waited_for(aapl, world, user_id, published) -> None:
    """Holds arrive in the very moment their orders are due: one of the two wins, for each order."""
    orders = [world.order(user_id) for _ in range(20)]
    overdue(*orders)
    holds = [lambda order=order: world.hold(order) for order in orders]
    outcomes = at_once([*holds[:10], orders_sweep, *holds[10:], orders_sweep], threads=6)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    orders_sweep()
    ends = [fresh(order).status for order in orders]
    assert set(ends) <= {"expired", "working"}
    assert len(published(trading.OrderExpired)) == ends.count("expired")
    assert len(published(trading.OrderSubmittedV2)) == ends.count("working")


@pytest.mark.django_db(transaction=True)
def test_an_order_that_somebody_has_in_hand_is_left_for_the_next_time(aapl, world, user_id) -> None:
    held, free = world.order(user_id), world.order(user_id)
    overdue(held, free)
    with transaction.atomic():
        Order.objects.select_for_update().get(id=held.id)
        assert at_once([orders_sweep], threads=1) == [1]
    assert [fresh(held).status, fresh(free).status] == ["accepted", "expired"]
    assert orders_sweep() == 1
