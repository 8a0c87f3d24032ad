"""A buy is placed: its cash is set aside, or declined."""

from __future__ import annotations

import pytest

from billing_service.holds.models import Hold
from billing_service.holds.services import hold_place
from billing_service.tests.orders import order_placed
from billing_service.tests.threads import race
from servicekit.contracts.billing import HoldDeclined, HoldPlaced
from servicekit.ids import new_id


def test_a_buy_holds_its_cash(customer, deliver, published, api):
    account = customer(100_00)
    order = order_placed(account.user_id, hold_amount=60_05)

    deliver(order)

    hold = Hold.objects.get(order_id=order.order_id)
    assert (hold.state, hold.amount, hold.captured, hold.released) == ("pending", 60_05, 0, 0)
    (event,) = published(HoldPlaced)
    assert (event.hold_id, event.order_id, event.user_id) == (hold.id, order.order_id, account.user_id)
    assert (event.amount, event.currency) == (60_05, "USD")
    shown = api(account.user_id).get("/api/v1/account").json()
    assert (shown["balance"], shown["held"], shown["available"]) == ("100.00", "60.05", "39.95")


def test_all_of_the_balance_can_be_held_and_not_a_cent_more(customer, deliver, published):
    account = customer(100_00)
    deliver(order_placed(account.user_id, hold_amount=100_00))
    declined = order_placed(account.user_id, hold_amount=1)
    deliver(declined)

    account.refresh_from_db()
    assert (account.balance, account.held) == (100_00, 100_00)
    (event,) = published(HoldDeclined)
    assert (event.order_id, event.code) == (declined.order_id, "insufficient_funds")
    assert (event.required, event.available, event.currency) == (1, 0, "USD")
    assert not Hold.objects.filter(order_id=declined.order_id).exists()


def test_a_buy_before_the_account_is_opened_is_declined(db, deliver, published, user_id):
    deliver(order_placed(user_id, hold_amount=100))

    (event,) = published(HoldDeclined)
    assert (event.code, event.required, event.available) == ("account_not_ready", 100, 0)


def test_a_sell_holds_no_cash(customer, deliver, published):
    account = customer(100)

    deliver(order_placed(account.user_id, side="sell", hold_amount=0))

    assert not Hold.objects.exists()
    assert not published(HoldPlaced)
    assert not published(HoldDeclined)


def test_an_order_is_held_for_once(customer, deliver, published):
    account = customer(100)
    order, event_id = order_placed(account.user_id, hold_amount=40), new_id()
    assert deliver(order, id=event_id)
    assert not deliver(order, id=event_id)
    assert deliver(order)  # the same order in another event

    account.refresh_from_db()
    assert account.held == 40
    assert len(published(HoldPlaced)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_hundred_orders_over_money_for_ten(customer, published):
    account = customer(1000)

    def place():
        return hold_place(order_id=new_id(), user_id=account.user_id, amount=100, currency="USD")

    results = race([place] * 200, threads=20)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert sum(result is not None for result in results) == 10
    account.refresh_from_db()
    assert (account.balance, account.held) == (1000, 1000)
    assert Hold.objects.filter(state="pending").count() == len(published(HoldPlaced)) == 10
    assert len(published(HoldDeclined)) == 190
