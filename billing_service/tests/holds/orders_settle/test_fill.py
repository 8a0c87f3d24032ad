"""A fill is paid: one balanced journal entry, the hold captured, the rest released."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing_service.holds.errors import FillNotCovered
from billing_service.holds.models import Hold
from billing_service.holds.services import holds_place, orders_settle
from billing_service.ledger.errors import AccountNotReady
from billing_service.ledger.models import JournalEntry, LedgerEntry
from billing_service.ledger.services import account_freeze
from billing_service.tests.orders import (
    order_canceled,
    order_filled,
    order_placed,
    received,
    system_balance,
)
from servicekit.ids import new_id


def legs_of(entry):
    legs = LedgerEntry.objects.filter(journal_entry=entry).values_list("account__kind", "kind", "amount")
    return sorted(legs)


def test_a_buy_is_paid_from_its_hold_and_the_rest_is_released(customer, deliver):
    account = customer(1000_00)
    order = order_placed(account.user_id, hold_amount=435_00)
    deliver(order)
    fill, event_id = order_filled(order, amount=430_40, fee=22), new_id()

    deliver(fill, sequence=3, id=event_id, request_id="click-7")

    entry = JournalEntry.objects.get(fill_id=fill.fill_id)
    assert legs_of(entry) == [
        ("customer_cash", "buy", -430_40),
        ("customer_cash", "fee", -22),
        ("fees", "fee", 22),
        ("house_cash", "buy", 430_40),
    ]
    assert (entry.source_id, entry.request_id, entry.order_id) == (event_id, "click-7", order.order_id)
    assert (entry.ticker, entry.quantity, entry.price) == ("AAPL", 10, Decimal("43.04"))
    account.refresh_from_db()
    assert (account.balance, account.held) == (569_38, 0)
    assert (system_balance("house_cash"), system_balance("fees")) == (430_40, 22)
    hold = Hold.objects.get(order_id=order.order_id)
    assert (hold.state, hold.captured, hold.released) == ("captured", 430_62, 4_38)


def test_a_part_that_comes_to_nothing_needs_no_entry(customer, deliver):
    """The parts before it were rounded up, so it is paid already; what is held is let go all the same."""
    account = customer(1000_00)
    order = order_placed(account.user_id, hold_amount=2_00)
    deliver(order)
    deliver(order_filled(order, amount=1_01, fee=1, final=False))
    last = order_filled(order, amount=0, fee=0)

    deliver(last)
    deliver(last)  # told again, under another id

    assert not JournalEntry.objects.filter(fill_id=last.fill_id).exists()
    account.refresh_from_db()
    assert (account.balance, account.held) == (998_98, 0)
    hold = Hold.objects.get(order_id=order.order_id)
    assert (hold.state, hold.captured, hold.released) == ("captured", 1_02, 98)


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_nothing_is_booked_between_others(customer, side):
    account = customer(1000_00)
    orders = [
        order_placed(account.user_id, side=side, hold_amount=500_00 if side == "buy" else 0) for _ in "12"
    ]
    if side == "buy":
        holds_place(messages=[received(order) for order in orders])
    fills = [
        order_filled(orders[0], amount=100_00, fee=5, final=False),
        order_filled(orders[0], amount=0, fee=0),
        order_filled(orders[1], amount=200_00, fee=10),
    ]
    assert len(orders_settle(messages=[received(fill) for fill in fills])) == 2
    account.refresh_from_db()
    assert (account.balance, account.held) == (699_85 if side == "buy" else 1299_85, 0)


def test_a_sell_is_paid_by_the_house_which_may_owe(customer, deliver):
    account = customer(1_00)
    order = order_placed(account.user_id, side="sell", hold_amount=0)
    fill = order_filled(order, amount=500_00, fee=25)

    deliver(fill)

    assert legs_of(JournalEntry.objects.get(fill_id=fill.fill_id)) == [
        ("customer_cash", "fee", -25),
        ("customer_cash", "sell", 500_00),
        ("fees", "fee", 25),
        ("house_cash", "sell", -500_00),
    ]
    account.refresh_from_db()
    assert account.balance == 500_75
    assert system_balance("house_cash") == -500_00


def test_without_a_fee_there_are_two_legs(customer, deliver):
    account = customer(0)
    fill = order_filled(order_placed(account.user_id, side="sell", hold_amount=0), amount=5, fee=0)

    deliver(fill)

    assert legs_of(JournalEntry.objects.get()) == [("customer_cash", "sell", 5), ("house_cash", "sell", -5)]


def test_a_fill_is_paid_once_however_often_it_is_delivered(customer, deliver):
    account = customer(100)
    order = order_placed(account.user_id, hold_amount=50)
    deliver(order)
    fill, event_id = order_filled(order, amount=40, fee=1), new_id()
    assert deliver(fill, id=event_id)
    assert not deliver(fill, id=event_id)
    assert deliver(fill)  # the same fill in another event

    account.refresh_from_db()
    assert (account.balance, account.held) == (59, 0)
    assert JournalEntry.objects.filter(type="order_settlement").count() == 1


def test_an_order_filled_in_parts(customer, deliver):
    account = customer(100)
    order = order_placed(account.user_id, hold_amount=90)
    deliver(order)

    first = order_filled(order, amount=30, fee=1, quantity=4, final=False)
    deliver(first, sequence=3)
    deliver(first, sequence=3)
    account.refresh_from_db()
    assert (account.balance, account.held) == (69, 59)

    deliver(order_filled(order, amount=45, fee=2, quantity=6), sequence=4)
    account.refresh_from_db()
    assert (account.balance, account.held) == (22, 0)
    hold = Hold.objects.get(order_id=order.order_id)
    assert (hold.state, hold.captured, hold.released) == ("captured", 78, 12)


def test_a_fill_above_its_hold_is_not_booked(customer, deliver):
    account = customer(100)
    order = order_placed(account.user_id, hold_amount=50)
    deliver(order)

    with pytest.raises(FillNotCovered):
        deliver(order_filled(order, amount=50, fee=1))

    account.refresh_from_db()
    assert (account.balance, account.held, account.last_number) == (100, 50, 1)
    assert Hold.objects.get().state == "pending"


def test_a_fill_of_a_voided_hold_is_not_booked(customer, deliver):
    account = customer(100)
    order = order_placed(account.user_id, hold_amount=50)
    deliver(order)
    deliver(order_canceled(order))

    with pytest.raises(FillNotCovered):
        deliver(order_filled(order, amount=40, fee=1))

    account.refresh_from_db()
    assert (account.balance, account.held) == (100, 0)


def test_a_sell_by_somebody_without_account_waits(db, deliver, user_id):
    with pytest.raises(AccountNotReady):
        deliver(order_filled(order_placed(user_id, side="sell", hold_amount=0), amount=40, fee=1))


def test_a_fill_of_another_customers_order_is_not_booked(customer, deliver):
    ann, bob = customer(100), customer(100)
    order = order_placed(ann.user_id, hold_amount=50)
    deliver(order)

    with pytest.raises(FillNotCovered):
        deliver(order_filled(order, amount=40, fee=1, user_id=bob.user_id))


def test_a_fill_on_a_frozen_account_is_paid(customer, deliver):
    account = customer(100)
    order = order_placed(account.user_id, hold_amount=50)
    deliver(order)
    account_freeze(account_id=account.id, reason="the books do not agree")

    deliver(order_filled(order, amount=40, fee=1))

    account.refresh_from_db()
    assert (account.balance, account.held) == (59, 0)
