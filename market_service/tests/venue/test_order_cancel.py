"""Given a customer who wants an order back, then the venue decides whether it is in time."""

from __future__ import annotations

from typing import Any

import pytest

from market_service.tests.venue.orders import cancel_requested, submitted
from market_service.venue.models import VenueOrder
from servicekit.contracts import market
from servicekit.ids import new_id

pytestmark = pytest.mark.django_db


def test_in_time_the_order_is_canceled(deliver: Any, published: Any) -> None:
    order_id = new_id()
    deliver(cancel_requested(order_id))
    (canceled,) = published(market.OrderCanceled)
    assert canceled.order_id == order_id
    assert VenueOrder.objects.get().state == "canceled"


@pytest.mark.parametrize(("quantity", "state"), [(10, "executed"), (5000, "refused")])
def test_too_late_nothing_is_said(
    listed: Any, deliver: Any, published: Any, quantity: int, state: str
) -> None:
    order = submitted(listed("AAPL"), quantity=quantity)
    deliver(order)

    deliver(cancel_requested(order.order_id))

    assert not published(market.OrderCanceled)
    assert VenueOrder.objects.get().state == state


def test_canceled_twice_is_published_once(deliver: Any, published: Any) -> None:
    order_id = new_id()
    deliver(cancel_requested(order_id))
    deliver(cancel_requested(order_id))
    assert len(published(market.OrderCanceled)) == 1


def test_many_at_once(listed: Any, deliver: Any, deliver_many: Any, published: Any) -> None:
    answered = submitted(listed("AAPL"))
    deliver(answered)
    wanted = [new_id() for _ in range(3)]

    deliver_many([cancel_requested(id_) for id_ in (wanted[0], answered.order_id, *wanted[1:])])

    assert [event.order_id for event in published(market.OrderCanceled)] == wanted
    assert VenueOrder.objects.get(order_id=answered.order_id).state == "executed"
