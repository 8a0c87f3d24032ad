"""An order ends unfilled: what was held is released, once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from billing_service.holds.models import Hold
from billing_service.holds.services import holds_watch
from billing_service.ledger.models import JournalEntry
from billing_service.tests.orders import (
    order_canceled,
    order_expired,
    order_filled,
    order_placed,
    order_rejected,
)
from servicekit.contracts.billing import HoldDeclined, HoldPlaced
from servicekit.testing.sent import Sent


@pytest.mark.parametrize(
    ("ending", "state"), [(order_rejected, "voided"), (order_canceled, "voided"), (order_expired, "expired")]
)
def test_everything_is_released(customer, deliver, ending, state):
    account = customer(100)
    order = order_placed(account.user_id, hold_amount=40)
    deliver(order)

    deliver(ending(order))
    deliver(ending(order))  # late and again: nothing

    account.refresh_from_db()
    assert (account.balance, account.held) == (100, 0)
    hold = Hold.objects.get(order_id=order.order_id)
    assert (hold.state, hold.captured, hold.released) == (state, 0, 40)
    assert not JournalEntry.objects.filter(type="order_settlement").exists()


@pytest.mark.parametrize("ending", [order_canceled, order_expired])
def test_the_rest_of_a_hold_is_released(customer, deliver, ending):
    account = customer(100)
    order = order_placed(account.user_id, hold_amount=80)
    deliver(order)
    deliver(order_filled(order, amount=30, fee=1, quantity=4, final=False), sequence=3)

    deliver(ending(order, filled_quantity=4), sequence=4)

    account.refresh_from_db()
    assert (account.balance, account.held) == (69, 0)
    hold = Hold.objects.get(order_id=order.order_id)
    assert (hold.state, hold.captured, hold.released) == ("captured", 31, 49)


@pytest.mark.parametrize(("ending", "state"), [(order_canceled, "voided"), (order_expired, "expired")])
def test_an_order_that_ended_first_gets_no_cash_afterwards(customer, deliver, published, ending, state):
    account = customer(100)
    order = order_placed(account.user_id, hold_amount=40)

    deliver(ending(order), sequence=2)
    deliver(order)

    account.refresh_from_db()
    assert account.held == 0
    hold = Hold.objects.get(order_id=order.order_id)
    assert (hold.state, hold.amount, hold.account) == (state, 0, None)
    assert not published(HoldPlaced)
    assert not published(HoldDeclined)


@pytest.mark.parametrize("code", ["insufficient_funds", "account_frozen"])
def test_a_declined_order_leaves_nothing_behind(customer, deliver, code):
    account = customer(10)
    order = order_placed(account.user_id, hold_amount=40)
    deliver(order)

    deliver(order_rejected(order, code=code))

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


def test_a_batch_of_ends_is_a_handful_of_statements(customer, deliver_many):
    accounts = [customer(1000) for _ in range(3)]
    orders = [order_placed(accounts[n % 3].user_id, hold_amount=10) for n in range(60)]
    deliver_many(orders[:50])  # ten end before their cash is asked for

    with Sent() as sent:
        deliver_many([(order_canceled(order), 2) for order in orders])

    assert len(sent.statements) == 6
    assert Hold.objects.filter(state="voided", amount=10, released=10).count() == 50
    assert Hold.objects.filter(state="voided", amount=0).count() == 10
    for account in accounts:
        account.refresh_from_db()
        assert (account.balance, account.held) == (1000, 0)


def test_an_overdue_hold_raises_the_alarm_and_stays(customer, deliver, caplog, settings):
    account = customer(100)
    deliver(order_placed(account.user_id, hold_amount=10))
    deliver(order_placed(account.user_id, hold_amount=10, type="limit"))
    assert holds_watch() == 0

    settings.HOLD_DUE_IN_S = -1
    deliver(order_placed(account.user_id, hold_amount=10))

    assert holds_watch() == 1
    assert "1 holds are overdue" in caplog.text
    assert Hold.objects.filter(state="pending").count() == 3


@pytest.mark.parametrize(
    "change",
    [
        {"state": "captured"},
        {"state": "voided"},
        {"state": "expired"},
        {"captured": 41},
        {"released": 41},
        {"captured": 20, "released": 21},
        {"released": -1},
        {"captured": -1},
    ],
)
def test_a_hold_is_spent_or_released_in_full(customer, deliver, change):
    order = order_placed(customer(100).user_id, hold_amount=40)
    deliver(order)

    with pytest.raises(IntegrityError, match="hold_"), transaction.atomic():
        Hold.objects.filter(order_id=order.order_id).update(**change)
