"""A fill was taken by a thief, and is sent again: what comes after it waits, or it would release its cash."""

from __future__ import annotations

from dataclasses import replace

import pytest

from billing_service.holds.errors import FillMissing
from billing_service.holds.models import Hold
from billing_service.tests.orders import limit_placed, order_expired, part_filled, rest_canceled


def after_the_first(order):
    """The second of two fills; the rest is wanted back, and time is over."""
    yield part_filled(order, amount=20_00, fee=1, quantity=2, hold_left=60_02, charged=30_02)
    yield part_filled(order, amount=90_00, fee=4, quantity=9, final=True, charged=100_05)
    yield replace(rest_canceled(order, filled_quantity=1), charged=10_01)
    yield replace(order_expired(order, filled_quantity=1), charged=10_01)


@pytest.mark.parametrize("kind", range(4))
def test_what_comes_after_it_waits_for_it(customer, deliver, kind):
    account = customer(1000_00)
    order = limit_placed(account.user_id, hold_amount=100_05)
    deliver(order)
    first = part_filled(order, amount=10_00, fee=1, hold_left=90_04, charged=10_01)
    later = list(after_the_first(order))[kind]

    with pytest.raises(FillMissing):
        deliver(later, sequence=4)
    hold = Hold.objects.get(order_id=order.order_id)
    assert (hold.state, hold.captured, hold.released) == ("pending", 0, 0)

    deliver(first, sequence=3)
    deliver(later, sequence=4)

    hold.refresh_from_db()
    assert hold.captured == later.charged
    account.refresh_from_db()
    assert account.balance == 1000_00 - later.charged
    assert account.held == hold.amount - hold.captured - hold.released


@pytest.mark.parametrize("kind", [2, 3])
def test_an_end_waits_for_the_order_itself_if_that_was_taken_with_its_fill(customer, deliver, kind):
    account = customer(1000_00)
    order = limit_placed(account.user_id, hold_amount=100_05)
    later = list(after_the_first(order))[kind]

    with pytest.raises(FillMissing):
        deliver(later, sequence=4)

    assert not Hold.objects.exists()


def test_the_first_that_comes_again_changes_nothing(customer, deliver):
    account = customer(1000_00)
    order = limit_placed(account.user_id, hold_amount=100_05)
    deliver(order)
    first = part_filled(order, amount=10_00, fee=1, hold_left=90_04, charged=10_01)
    deliver(first, sequence=3)
    deliver(part_filled(order, amount=0, fee=0, hold_left=90_04, charged=10_01), sequence=4)
    deliver(part_filled(order, amount=10_00, fee=0, hold_left=80_04, charged=20_01), sequence=5)

    deliver(first, sequence=3)

    hold = Hold.objects.get(order_id=order.order_id)
    assert (hold.state, hold.captured, hold.released) == ("pending", 20_01, 0)
