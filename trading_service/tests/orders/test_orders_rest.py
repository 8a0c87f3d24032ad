"""orders_rest: what is left of an order waits in the book."""

from __future__ import annotations

from datetime import timedelta

import pytest

from trading_service.orders.models import OrderDeadline
from trading_service.orders.tasks import orders_sweep
from trading_service.tests.conftest import NOON, fresh, overdue

pytestmark = pytest.mark.django_db

TAKE = "trading_service.orders.services.order_take"


def test_what_rests_waits_until_a_while_after_its_expiry(aapl, world, user_id, api, settings) -> None:
    order = world.limit(user_id)
    body = api(user_id).get(f"/api/v1/orders/{order.id}").json()
    assert (body["status"], body["rested_at"]) == ("working", "2025-01-31T12:00:00Z")
    assert body["expires_at"] is not None
    deadline = OrderDeadline.objects.get(order=order)
    assert deadline.due_at == order.expires_at + timedelta(seconds=settings.RESTING_DEADLINE)
    assert (deadline.rests, deadline.user_id) == (True, user_id)
    assert orders_sweep() == 0
    assert OrderDeadline.objects.get(order=order).due_at == deadline.due_at  # nothing brings it back
    # then the venue is asked, and its answer ends the order
    overdue(order)
    assert orders_sweep() == 1
    assert orders_sweep() == 0
    assert OrderDeadline.objects.get(order=order).recalls == 1
    world.cancel(order)
    assert (fresh(order).status, fresh(order).reject_code) == ("expired", "timed_out")


@pytest.mark.parametrize(("time_in_force", "is_told"), [("day", False), ("gtc", True)])
def test_when_a_replayed_day_ends_is_not_told_for_nobody_knows(
    aapl, world, user_id, api, settings, time_in_force, is_told
) -> None:
    settings.DAYS_ARE_REPLAYED = True
    order = world.limit(user_id, time_in_force=time_in_force)
    assert order.expires_at
    body = api(user_id).get(f"/api/v1/orders/{order.id}").json()
    assert (body["expires_at"] is not None) is is_told
    (row,) = api(user_id).get("/api/v1/orders").json()["results"]
    assert row["expires_at"] == body["expires_at"]


def test_what_rested_until_its_day_ended(aapl, world, user_id, monkeypatch) -> None:
    """The venue says only that it has taken it back; its time was over."""
    monkeypatch.setattr(f"{TAKE}.resting_until", lambda *, now, **_terms: now)
    order = world.limit(user_id)
    overdue(order)
    assert orders_sweep() == 1
    world.cancel(order)
    assert (fresh(order).status, fresh(order).reject_code) == ("expired", "day_ended")


def test_what_came_to_rest_after_its_deadline_has_timed_out(aapl, world, user_id, published) -> None:
    """The venue was asked for it back before it answered: its day is not over."""
    order = world.working(user_id, type="limit", limit_price="100.00", time_in_force="gtc")
    overdue(order)
    assert orders_sweep() == 1
    world.rest(order)
    world.cancel(order)
    assert (fresh(order).status, fresh(order).reject_code) == ("expired", "timed_out")
    assert published()[-1].code == "timed_out"


def test_what_was_filled_before_it_came_to_rest(aapl, world, user_id, deliver_many) -> None:
    """Executed as it came, then at rest, told together: in one batch, each in its wave."""
    order = world.working(user_id, type="limit", limit_price="100.00", time_in_force="gtc")
    executed = world.executed(order, quantity=4, price="99.00")
    assert deliver_many([(executed, 1), (world.rested(order), 2)]) == 2
    after = fresh(order)
    assert (after.status, after.filled_quantity, after.rested_at) == ("partially_filled", 4, NOON)
    assert OrderDeadline.objects.get(order=order).rests
