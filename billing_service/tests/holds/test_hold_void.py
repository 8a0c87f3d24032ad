"""An order ends unfilled: what was held is released, once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from billing_service.holds.models import Hold
from billing_service.ledger.models import JournalEntry
from billing_service.tests.orders import order_canceled, order_filled, order_placed, order_rejected
from servicekit.contracts.billing import HoldDeclined, HoldPlaced


@pytest.mark.parametrize("ending", [order_rejected, order_canceled])
def test_everything_is_released(customer, deliver, ending):
    account = customer(100)
    order = order_placed(account.user_id, hold_amount=40)
    deliver(order)

    deliver(ending(order))
    deliver(ending(order))  # late and again: nothing

    account.refresh_from_db()
    assert (account.balance, account.held) == (100, 0)
    hold = Hold.objects.get(order_id=order.order_id)
    assert (hold.state, hold.captured, hold.released) == ("voided", 0, 40)
    assert not JournalEntry.objects.filter(type="order_settlement").exists()


def test_a_canceled_rest_is_released(customer, deliver):
    account = customer(100)
    order = order_placed(account.user_id, hold_amount=80)
    deliver(order)
    deliver(order_filled(order, amount=30, fee=1, quantity=4, final=False), sequence=3)

    deliver(order_canceled(order, filled_quantity=4), sequence=4)

    account.refresh_from_db()
    assert (account.balance, account.held) == (69, 0)
    hold = Hold.objects.get(order_id=order.order_id)
    assert (hold.state, hold.captured, hold.released) == ("captured", 31, 49)


def test_an_order_that_ended_first_gets_no_cash_afterwards(customer, deliver, published):
    account = customer(100)
    order = order_placed(account.user_id, hold_amount=40)

    deliver(order_canceled(order), sequence=2)
    deliver(order)

    account.refresh_from_db()
    assert account.held == 0
    hold = Hold.objects.get(order_id=order.order_id)
    assert (hold.state, hold.amount, hold.account) == ("voided", 0, None)
    assert not published(HoldPlaced)
    assert not published(HoldDeclined)


def test_a_declined_order_leaves_nothing_behind(customer, deliver):
    account = customer(10)
    order = order_placed(account.user_id, hold_amount=40)
    deliver(order)

    deliver(order_rejected(order, code="insufficient_funds"))

    assert not Hold.objects.exists()


def test_a_sell_has_nothing_to_release(customer, deliver):
    account = customer(10)
    deliver(order_rejected(order_placed(account.user_id, side="sell", hold_amount=0)))
    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    "change", [{"state": "pending", "released": 0}, {"released": 39}, {"captured": 40, "released": 0}]
)
def test_final_is_final(customer, deliver, change):
    order = order_placed(customer(100).user_id, hold_amount=40)
    deliver(order)
    deliver(order_canceled(order))

    with pytest.raises(IntegrityError, match="final is final"), transaction.atomic():
        Hold.objects.filter(order_id=order.order_id).update(**change)


@pytest.mark.parametrize(
    "change",
    [{"state": "captured"}, {"state": "voided"}, {"captured": 41}, {"released": 1}, {"captured": -1}],
)
def test_a_hold_is_spent_or_released_in_full(customer, deliver, change):
    order = order_placed(customer(100).user_id, hold_amount=40)
    deliver(order)

    with pytest.raises(IntegrityError, match="hold_"), transaction.atomic():
        Hold.objects.filter(order_id=order.order_id).update(**change)
