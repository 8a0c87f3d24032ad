"""Fills are settled many at a time: in a handful of statements, all or none."""

from __future__ import annotations

from itertools import accumulate

import pytest

from billing_service.holds.errors import FillNotCovered
from billing_service.holds.models import Hold
from billing_service.ledger.models import JournalEntry
from billing_service.tests.orders import order_expired, order_filled, order_placed, system_balance
from servicekit.testing.origins import some_origins
from servicekit.testing.sent import Sent


def test_a_whole_life_in_one_batch(customer, deliver_many):
    account = customer(100)
    order = order_placed(account.user_id, hold_amount=90)

    deliver_many([order, (order_filled(order, amount=30, fee=1, final=False), 2), (order_expired(order), 3)])

    account.refresh_from_db()
    assert (account.balance, account.held) == (69, 0)
    assert Hold.objects.get().state == "captured"


def test_two_hundred_fills_are_a_handful_of_statements(customer, deliver_many):
    accounts = [customer(100_000) for _ in range(7)]
    orders = [order_placed(accounts[n % 7].user_id, hold_amount=50) for n in range(150)]
    sells = [order_placed(accounts[n % 7].user_id, side="sell", hold_amount=0) for n in range(50)]
    deliver_many(orders + sells)

    with Sent() as sent:
        deliver_many([(order_filled(order, amount=40, fee=1), 2) for order in orders + sells])

    # inbox; accounts, holds, fills; holds; head, system's accounts, accounts, legs, entries
    assert len(sent.statements) == 10
    assert sum("UPDATE ledger_ledgeraccount" in sql for sql in sent.statements) == 1
    assert (system_balance("house_cash"), system_balance("fees")) == (150 * 40 - 50 * 40, 200)
    assert JournalEntry.objects.filter(type="order_settlement").count() == 200
    for account in accounts:
        account.refresh_from_db()
        legs = account.entries.order_by("number").values_list("number", "amount", "balance_after")
        assert [number for number, _, _ in legs] == list(range(1, account.last_number + 1))
        assert [after for _, _, after in legs] == list(accumulate(amount for _, amount, _ in legs))
        assert (account.balance, account.held) == (legs[len(legs) - 1][2], 0)


def test_two_hundred_fills_of_one_order_are_as_few(customer, deliver_many):
    account = customer(100_000)
    order = order_placed(account.user_id, hold_amount=10_000)
    deliver_many([order])
    fills = [order_filled(order, amount=40, fee=n % 2, quantity=1, final=n == 199) for n in range(200)]
    again = order_filled(order, amount=40, fee=0, quantity=1, fill_id=fills[7].fill_id, final=False)

    with Sent() as sent:
        deliver_many([(fill, place) for place, fill in enumerate([*fills[:9], again, *fills[9:]], 2)])

    # inbox; accounts, holds; holds; head, system's accounts, accounts, legs, entries
    assert len(sent.statements) == 9  # it is the first that is paid: whether it was is not asked
    account.refresh_from_db()
    assert (account.balance, account.held) == (100_000 - 200 * 40 - 100, 0)
    hold = Hold.objects.get(order_id=order.order_id)
    assert (hold.state, hold.captured, hold.released) == ("captured", 8_100, 1_900)
    booked = JournalEntry.objects.filter(order_id=order.order_id).order_by("number")
    assert list(booked.values_list("fill_id", flat=True)) == [fill.fill_id for fill in fills]


def test_each_fill_is_booked_under_its_own_request(customer, deliver_many):
    accounts = [customer(1_000) for _ in range(2)]
    orders = [order_placed(accounts[n % 2].user_id, hold_amount=50) for n in range(4)]
    deliver_many(orders)
    fills = [
        order_filled(order, amount=20, fee=1, quantity=5, final=final)
        for final in (False, True)
        for order in orders
    ]
    clicks = some_origins(8)

    deliver_many([(fill, 2 + place) for place, fill in enumerate(fills)], origins=clicks)

    booked = dict(JournalEntry.objects.filter(type="order_settlement").values_list("fill_id", "request_id"))
    assert booked == {fill.fill_id: click.request_id for fill, click in zip(fills, clicks, strict=True)}


def test_one_fill_that_is_not_covered_stops_its_batch(customer, deliver_many):
    account = customer(100)
    order = order_placed(account.user_id, hold_amount=50)
    deliver_many([order])

    with pytest.raises(FillNotCovered):
        deliver_many(
            [
                (order_filled(order, amount=40, fee=1), 2),
                order_filled(order_placed(account.user_id, hold_amount=9), amount=9, fee=0),
            ]
        )

    account.refresh_from_db()
    assert (account.balance, account.held, JournalEntry.objects.count()) == (100, 50, 1)
