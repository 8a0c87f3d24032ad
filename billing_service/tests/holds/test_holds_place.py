"""A buy is placed: its cash is set aside, or declined."""

from __future__ import annotations

import pytest

from billing_service.holds.models import Hold
from billing_service.holds.services import holds_place, orders_settle
from billing_service.ledger.models import JournalEntry, LedgerAccount
from billing_service.ledger.selectors import chain_breaks
from billing_service.ledger.services import account_freeze
from billing_service.tests.orders import order_canceled, order_filled, order_placed, received
from servicekit.contracts.billing import HoldDeclined, HoldPlaced
from servicekit.ids import new_id
from servicekit.messaging.models import OutboxEvent
from servicekit.testing.origins import published_origins, some_origins
from servicekit.testing.sent import Sent
from servicekit.testing.threads import at_once


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


def test_a_frozen_account_gets_no_cash_held(customer, deliver, published):
    account = customer(100)
    account_freeze(account_id=account.id, reason="the books do not agree")

    deliver(order_placed(account.user_id, hold_amount=40))

    (event,) = published(HoldDeclined)
    assert (event.code, event.required, event.available) == ("account_frozen", 40, 100)
    assert not Hold.objects.exists()


def test_cash_in_another_currency_is_no_cash(customer, deliver, published):
    deliver(order_placed(customer(100).user_id, hold_amount=40, currency="EUR"))

    (event,) = published(HoldDeclined)
    assert (event.code, event.available, event.currency) == ("insufficient_funds", 0, "EUR")


@pytest.mark.parametrize(("type", "watched"), [("market", True), ("limit", False)])
def test_a_market_orders_hold_is_due(customer, deliver, settings, type, watched):
    deliver(order_placed(customer(100).user_id, hold_amount=40, type=type))

    hold = Hold.objects.get()
    assert (hold.due_at is not None) == watched
    if hold.due_at:
        assert (hold.due_at - hold.created_at).total_seconds() == pytest.approx(settings.HOLD_DUE_IN_S, abs=1)


def test_each_answer_carries_on_its_own_request(customer, deliver_many):
    accounts = [customer(100) for _ in range(3)]
    orders = [order_placed(accounts[n % 3].user_id, hold_amount=60) for n in range(6)]
    before, clicks = OutboxEvent.objects.count(), some_origins(6)

    deliver_many(orders, origins=clicks)

    origins = published_origins()[before:]
    assert {subject: origin for _, subject, origin in origins} == {
        f"hold/{order.order_id}": click for order, click in zip(orders, clicks, strict=True)
    }
    assert sorted(type_name for type_name, *_ in origins) == [HoldDeclined.TYPE] * 3 + [HoldPlaced.TYPE] * 3


def test_two_hundred_buys_in_one_batch_over_money_for_ten(customer, deliver_many, published):
    account = customer(1000)
    orders = [order_placed(account.user_id, hold_amount=100) for _ in range(200)]

    with Sent() as sent:
        assert deliver_many(orders) == 200

    assert [event.order_id for event in published(HoldPlaced)] == [order.order_id for order in orders[:10]]
    assert len(published(HoldDeclined)) == 190
    account.refresh_from_db()
    assert (account.balance, account.held) == (1000, 1000)
    assert len(sent.statements) == 6  # inbox … outbox


@pytest.mark.django_db(transaction=True)
def test_two_hundred_orders_over_money_for_ten(customer, published):
    account = customer(1000)

    def place(order):
        return lambda: holds_place(messages=[received(order)])

    orders = [order_placed(account.user_id, hold_amount=100) for _ in range(200)]
    results = at_once([place(order) for order in orders], threads=20)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert sum(results) == 10
    account.refresh_from_db()
    assert (account.balance, account.held) == (1000, 1000)
    assert Hold.objects.filter(state="pending").count() == len(published(HoldPlaced)) == 10
    assert len(published(HoldDeclined)) == 190


@pytest.mark.django_db(transaction=True)
def test_batches_over_the_same_accounts_from_many_threads(customer):
    """Each batch names its customers in another order: sorted locks, no deadlock, no cent too much."""
    accounts = [customer(1000) for _ in range(8)]

    def batch(number):
        turned = accounts[number % 8 :] + accounts[: number % 8]
        orders = [order_placed(a.user_id, hold_amount=100) for a in (turned if number % 2 else turned[::-1])]
        return lambda: holds_place(messages=[received(order) for order in orders])

    results = at_once([batch(number) for number in range(40)], threads=20)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert sum(results) == 80
    assert {(a.balance, a.held) for a in LedgerAccount.objects.filter(kind="customer_cash")} == {(1000, 1000)}


@pytest.mark.django_db(transaction=True)
def test_two_hundred_buys_over_one_balance_are_bought_for_exactly_what_it_pays_for(customer, published):
    """From the order to the money: 200 buys of 9.50 and a fee of 0.05 over 100.00, each held at 10.00."""
    account = customer(100_00)

    def buy(order):
        def run():
            if holds_place(messages=[received(order)]):
                orders_settle(messages=[received(order_filled(order, amount=9_50, fee=5))])

        return run

    orders = [order_placed(account.user_id, hold_amount=10_00) for _ in range(200)]
    results = at_once([buy(order) for order in orders], threads=20)

    assert [result for result in results if isinstance(result, Exception)] == []
    bought = JournalEntry.objects.filter(type="order_settlement").count()
    account.refresh_from_db()
    assert account.held == 0
    assert account.balance == 100_00 - 9_55 * bought
    # A hold asks for 10.00: with less than that left nothing more can be bought, with more it would be.
    assert account.balance < 10_00
    assert len(published(HoldPlaced)) == bought
    assert len(published(HoldDeclined)) == 200 - bought
    assert sum(LedgerAccount.objects.values_list("balance", flat=True)) == 0
    assert chain_breaks(after=0, until=bought + 1) == []


def test_what_a_canceled_order_lets_go_of_is_there_for_the_order_after_it(customer, deliver_many, published):
    mine, strangers = customer(100_00), customer(100_00)
    old = order_placed(mine.user_id, hold_amount=90_00)
    deliver_many([old])

    new = order_placed(mine.user_id, hold_amount=95_00)
    deliver_many([order_placed(strangers.user_id, hold_amount=1_00), (order_canceled(old), 2), new])

    assert not published(HoldDeclined)
    assert Hold.objects.get(order_id=new.order_id).state == "pending"
    mine.refresh_from_db()
    assert (mine.balance, mine.held) == (100_00, 95_00)


def test_an_order_does_not_get_what_is_let_go_of_only_after_it(customer, deliver_many, published):
    account = customer(100_00)
    old = order_placed(account.user_id, hold_amount=90_00)
    deliver_many([old])

    new = order_placed(account.user_id, hold_amount=95_00)
    deliver_many([new, (order_canceled(old), 2), order_placed(account.user_id, hold_amount=97_00)])

    (declined,) = published(HoldDeclined)
    assert (declined.order_id, declined.available) == (new.order_id, 10_00)
