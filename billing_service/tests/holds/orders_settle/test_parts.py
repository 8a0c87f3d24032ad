"""An order is filled in parts: each is paid at once, and what the rest cannot need is released with it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing_service.holds.errors import FillNotCovered
from billing_service.holds.models import Hold
from billing_service.ledger.models import JournalEntry, LedgerEntry
from billing_service.tests.orders import (
    limit_placed,
    order_expired,
    order_placed,
    part_filled,
    rest_canceled,
    system_balance,
)
from servicekit.contracts.billing import HoldPlaced
from servicekit.testing.sent import Sent


def state_of(order):
    hold = Hold.objects.get(order_id=order.order_id)
    return hold.state, hold.captured, hold.released


def test_price_improvement_is_released_at_once(customer, deliver, published):
    """10 at a limit of 10.00: 100.00 and a fee of 0.05 are held; three are bought at 9.00."""
    account = customer(1000_00)
    order = limit_placed(account.user_id, hold_amount=100_05)
    deliver(order)

    deliver(
        part_filled(order, amount=27_00, fee=2, quantity=3, price=Decimal(9), hold_left=70_04), sequence=3
    )

    assert state_of(order) == ("pending", 27_02, 2_99)
    account.refresh_from_db()
    assert (account.balance, account.held) == (1000_00 - 27_02, 70_04)
    (placed,) = published(HoldPlaced)
    assert placed.order_id == order.order_id


def test_amount_and_fee_of_a_part_are_one_entry(customer, deliver):
    account = customer(1000_00)
    order = limit_placed(account.user_id, hold_amount=100_05)
    deliver(order)

    deliver(part_filled(order, amount=10_00, fee=1, hold_left=90_04), sequence=3)
    deliver(part_filled(order, amount=0, fee=1, hold_left=90_03), sequence=4)
    deliver(part_filled(order, amount=90_00, fee=3, quantity=8, final=True), sequence=5)

    entries = JournalEntry.objects.filter(order_id=order.order_id).order_by("number")
    legs = [
        sorted(LedgerEntry.objects.filter(journal_entry=entry).values_list("kind", "amount"))
        for entry in entries
    ]
    assert legs == [
        [("buy", -10_00), ("buy", 10_00), ("fee", -1), ("fee", 1)],
        [("fee", -1), ("fee", 1)],
        [("buy", -90_00), ("buy", 90_00), ("fee", -3), ("fee", 3)],
    ]
    assert state_of(order) == ("captured", 100_05, 0)
    assert (system_balance("house_cash"), system_balance("fees")) == (100_00, 5)


def test_a_part_that_adds_nothing_is_settled_without_an_entry(customer, deliver):
    """It is not told either: no money was booked. What it lets go of is let go."""
    account = customer(100)
    order = limit_placed(account.user_id, hold_amount=50)
    deliver(order)
    deliver(part_filled(order, amount=20, fee=1, hold_left=29), sequence=3)

    free = part_filled(order, amount=0, fee=0, hold_left=25)
    deliver(free, sequence=4)
    deliver(free, sequence=5)  # told again, under another id

    assert state_of(order) == ("pending", 21, 4)
    account.refresh_from_db()
    assert (account.balance, account.held) == (79, 25)
    assert JournalEntry.objects.filter(order_id=order.order_id).count() == 1


def test_a_part_delivered_late_and_again_releases_nothing_more(customer, deliver):
    account = customer(100)
    order = limit_placed(account.user_id, hold_amount=60)
    deliver(order)
    first = part_filled(order, amount=20, fee=1, hold_left=35)
    deliver(first, sequence=3)
    deliver(part_filled(order, amount=10, fee=1, hold_left=20), sequence=4)

    deliver(first, sequence=5)

    assert state_of(order) == ("pending", 32, 8)
    account.refresh_from_db()
    assert (account.balance, account.held) == (68, 20)
    assert JournalEntry.objects.filter(order_id=order.order_id).count() == 2


def test_more_than_is_left_is_not_booked_however_much_was_held(customer, deliver):
    account = customer(100)
    order = limit_placed(account.user_id, hold_amount=60)
    deliver(order)
    deliver(part_filled(order, amount=20, fee=1, hold_left=5), sequence=3)

    with pytest.raises(FillNotCovered):
        deliver(part_filled(order, amount=6, fee=0), sequence=4)

    assert state_of(order) == ("pending", 21, 34)


def test_a_hold_that_keeps_less_than_the_rest_needs_is_paid_from_all_the_same(customer, deliver):
    account = customer(100)
    order = limit_placed(account.user_id, hold_amount=60)
    deliver(order)

    deliver(part_filled(order, amount=20, fee=1, hold_left=50), sequence=3)

    assert state_of(order) == ("pending", 21, 0)


@pytest.mark.parametrize("ending", [rest_canceled, order_expired])
def test_what_is_left_is_released_when_the_order_ends(customer, deliver, ending):
    account = customer(100)
    order = limit_placed(account.user_id, hold_amount=60)
    deliver(order)
    deliver(part_filled(order, amount=20, fee=1, hold_left=35), sequence=3)

    deliver(ending(order, filled_quantity=1), sequence=4)
    deliver(ending(order, filled_quantity=1), sequence=5)

    assert state_of(order) == ("captured", 21, 39)
    account.refresh_from_db()
    assert (account.balance, account.held) == (79, 0)


@pytest.mark.parametrize(
    ("ending", "state"),
    [(rest_canceled, "voided"), (order_expired, "expired")],
)
def test_an_order_of_which_nothing_was_filled(customer, deliver, ending, state):
    account = customer(100)
    order = limit_placed(account.user_id, hold_amount=60)
    deliver(order)

    deliver(ending(order), sequence=3)

    assert state_of(order) == (state, 0, 60)


def test_a_life_in_one_batch_with_parts(customer, deliver_many):
    account = customer(100)
    order = limit_placed(account.user_id, hold_amount=60)

    deliver_many(
        [
            order,
            (part_filled(order, amount=10, fee=1, hold_left=45), 3),
            (part_filled(order, amount=10, fee=0, hold_left=30), 4),
            (rest_canceled(order, filled_quantity=2, code="self_trade"), 5),
        ]
    )

    assert state_of(order) == ("captured", 21, 39)
    account.refresh_from_db()
    assert (account.balance, account.held) == (79, 0)


def test_two_hundred_parts_of_one_order_are_a_handful_of_statements(customer, deliver_many):
    account = customer(100_000)
    order = limit_placed(account.user_id, hold_amount=10_000)
    deliver_many([order])
    parts = [
        part_filled(order, amount=40, fee=n % 2, hold_left=9_900 - 41 * n, final=n == 199) for n in range(200)
    ]

    with Sent() as sent:
        deliver_many([(part, place) for place, part in enumerate(parts, 3)])

    assert len(sent.statements) == 9  # as of version 1
    assert state_of(order) == ("captured", 8_100, 1_900)
    assert JournalEntry.objects.filter(order_id=order.order_id).count() == 200


def test_what_waits_in_the_book_has_no_time_by_which_it_should_have_ended(customer, deliver):
    account = customer(1000)
    resting = [limit_placed(account.user_id, hold_amount=10, time_in_force=each) for each in ("day", "gtc")]
    passing = [limit_placed(account.user_id, hold_amount=10, time_in_force=each) for each in ("ioc", "fok")]
    market = limit_placed(account.user_id, hold_amount=10, type="market", limit_price=None)
    for order in (*resting, *passing, market):
        deliver(order)

    due = {hold.order_id for hold in Hold.objects.exclude(due_at=None)}
    assert due == {order.order_id for order in (*passing, market)}


def test_an_order_of_version_1_that_is_filled_by_version_2(customer, deliver):
    """Placed before an upgrade, filled after it."""
    account = customer(100)
    order = order_placed(account.user_id, hold_amount=60, type="limit")
    deliver(order)

    deliver(part_filled(order, amount=20, fee=1, hold_left=35), sequence=3)

    assert state_of(order) == ("pending", 21, 4)


def test_a_sell_in_parts_is_paid_part_by_part(customer, deliver):
    account = customer(0)
    order = limit_placed(account.user_id, side="sell", hold_amount=0)
    deliver(order)

    deliver(part_filled(order, amount=10, fee=1), sequence=3)
    deliver(part_filled(order, amount=0, fee=0), sequence=4)
    deliver(part_filled(order, amount=11, fee=0, final=True), sequence=5)

    account.refresh_from_db()
    assert (account.balance, account.held) == (20, 0)
