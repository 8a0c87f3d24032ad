"""In whatever parts an order is filled: it costs what it costs at once, and its hold is never overdrawn."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from billing_service.cash.services import deposit_make
from billing_service.holds.errors import FillNotCovered
from billing_service.holds.models import Hold
from billing_service.holds.services import holds_place, holds_void, orders_settle
from billing_service.ledger.models import JournalEntry, LedgerAccount
from billing_service.ledger.services import accounts_open
from billing_service.tests.orders import (
    limit_placed,
    part_filled,
    received,
    registered,
    rest_canceled,
)
from servicekit.ids import new_id
from servicekit.money import order_charge
from servicekit.testing.threads import at_once


def state_of(order):
    hold = Hold.objects.get(order_id=order.order_id)
    return hold.state, hold.captured, hold.released


@pytest.mark.parametrize(("price", "quantity"), [("10.00", 10), ("1.005", 100)])
def test_an_order_filled_singly_costs_what_it_costs_at_once(customer, deliver_many, price, quantity):
    """Rounded part by part, 10 × 10.00 would pay ten fees of a cent, and 100 × 1.005 half a dollar more."""
    rate, account = Decimal("0.0005"), customer(1000_00)
    whole = order_charge(Decimal(price) * quantity, side="buy", fee_rate=rate, currency="USD")
    order = limit_placed(account.user_id, hold_amount=sum(whole), quantity=quantity)
    deliver_many([order])
    so_far = [
        order_charge(Decimal(price) * filled, side="buy", fee_rate=rate, currency="USD")
        for filled in range(quantity + 1)
    ]

    deliver_many(
        [
            (
                part_filled(
                    order,
                    amount=after.amount - before.amount,
                    fee=after.fee - before.fee,
                    hold_left=sum(whole) - sum(after),
                    final=after is so_far[-1],
                ),
                place,
            )
            for place, (before, after) in enumerate(pairwise(so_far), 3)
        ]
    )

    account.refresh_from_db()
    assert (account.balance, account.held) == (1000_00 - sum(whole), 0)
    assert state_of(order) == ("captured", sum(whole), 0)


@pytest.mark.django_db(transaction=True)
def test_parts_against_a_cancel_leave_nothing_held(customer):
    """Out of order across workers: whoever is first decides, and nothing stays set aside."""
    account = customer(10_000)
    orders = [limit_placed(account.user_id, hold_amount=50) for _ in range(20)]
    holds_place(messages=[received(order) for order in orders])

    def part(order):
        return lambda: orders_settle(messages=[received(part_filled(order, amount=10, fee=1, hold_left=30))])

    def ending(order):
        return lambda: holds_void(messages=[received(rest_canceled(order, filled_quantity=1))])

    results = at_once([rival(order) for order in orders for rival in (part, part, ending)], threads=30)

    assert {type(error) for error in results if isinstance(error, Exception)} <= {FillNotCovered}
    booked = JournalEntry.objects.filter(type="order_settlement").count()
    account.refresh_from_db()
    assert (account.balance, account.held) == (10_000 - 11 * booked, 0)
    assert not Hold.objects.filter(state="pending").exists()


@settings(max_examples=30, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 5), st.integers(0, 200), st.booleans()), max_size=12
    )
)
def test_whatever_parts_there_are_a_hold_is_never_overdrawn(django_db_setup, django_db_blocker, steps):
    """Held is what the hold has left, after each part, in whatever amounts and however often it is told."""
    with django_db_blocker.unblock(), transaction.atomic():
        user_id = new_id()
        accounts_open(messages=[received(registered(user_id))])
        deposit_make(user_id=user_id, amount=1_000, currency="USD", idempotency_key=str(user_id))
        order = limit_placed(user_id, hold_amount=200)
        holds_place(messages=[received(order)])
        paid, left = 0, 200
        for amount, fee, keep, again in steps:
            if not amount and not paid:
                continue
            part = part_filled(order, amount=amount, fee=fee, hold_left=keep)
            if amount + fee > left:
                with pytest.raises(FillNotCovered), transaction.atomic():
                    orders_settle(messages=[received(part)])
                continue
            orders_settle(messages=[received(part)] * (1 + again))
            paid += amount + fee
            left = min(left - amount - fee, keep)
            hold = Hold.objects.get(order_id=order.order_id)
            assert (hold.captured, hold.captured + hold.released + left) == (paid, hold.amount)
            account = LedgerAccount.objects.get(user_id=user_id)
            assert (account.balance, account.held) == (1_000 - paid, left)
        transaction.set_rollback(True)
