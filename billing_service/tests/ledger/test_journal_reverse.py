"""A reversal: the opposite of an entry, once, for a reason, told, and never what is not there."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from billing_service.ledger.errors import AlreadyReversed, ReversalNotCovered, SettlementNotReversible
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.services import account_freeze, journal_reverse
from billing_service.tests.ledger.undone import settlement_reverse
from billing_service.tests.orders import limit_placed, order_filled, order_placed, part_filled
from servicekit.audit.actors import Actor
from servicekit.audit.models import AuditEntry
from servicekit.contracts.billing import ReversalBooked
from servicekit.ids import new_id
from servicekit.telemetry import request_context
from servicekit.testing.threads import at_once

ANN, BOB = Actor(name="ann", id=new_id()), Actor.shell("bob")


@pytest.fixture
def deposit(customer):
    """The entry of a deposit of 100.00."""
    customer(100_00)
    return JournalEntry.objects.get()


@pytest.fixture
def settled(customer, deliver):
    """``settled("buy")`` → the entry of a fill: 60.00 and a fee of 0.03, of a customer with 100.00."""

    def make(side):
        account = customer(100_00)
        order = order_placed(account.user_id, hold_amount=61_00 if side == "buy" else 0, side=side)
        deliver(order)
        deliver(order_filled(order, amount=60_00, fee=3))
        return JournalEntry.objects.get(type="order_settlement")

    return make


def balances():
    return dict(LedgerAccount.objects.values_list("kind", "balance"))


def test_every_leg_is_booked_the_other_way(deposit):
    with request_context("click-9"):
        booked = journal_reverse(entry_id=deposit.id, reason=" paid in twice ", by=ANN)

    entry = JournalEntry.objects.get(id=booked.id)
    assert (entry.type, entry.reverses_id, entry.order_id, entry.fill_id) == (
        "reversal", deposit.id, None, None,
    )  # fmt: skip
    assert (entry.reason, entry.booked_by, entry.request_id) == ("paid in twice", str(ANN.id), "click-9")
    legs = LedgerEntry.objects.filter(journal_entry=entry).values_list("account__kind", "kind", "amount")
    assert sorted(legs) == [("customer_cash", "reversal", -100_00), ("external", "reversal", 100_00)]
    assert balances() == {"customer_cash": 0, "house_cash": 0, "fees": 0, "external": 0}
    deposit.refresh_from_db()
    assert deposit.legs.count() == 2


def test_the_customer_is_notified_of_it_and_why(deposit, published):
    booked = journal_reverse(entry_id=deposit.id, reason="paid in twice", by=ANN)

    (reversal,) = published(ReversalBooked)
    account = LedgerAccount.objects.get(kind="customer_cash")
    assert (reversal.user_id, reversal.amount, reversal.currency, reversal.balance_after) == (
        account.user_id, -100_00, "USD", 0,
    )  # fmt: skip
    assert (reversal.journal_entry_id, reversal.reversed_id) == (booked.id, deposit.id)
    assert (reversal.reversed_type, reversal.reason) == ("deposit", "paid in twice")
    assert reversal.booked_at == booked.occurred_at


def test_who_did_it_is_on_record(deposit):
    with request_context("click-9"):
        booked = journal_reverse(entry_id=deposit.id, reason="paid in twice", by=ANN)
    row = AuditEntry.objects.get()
    assert (row.action, row.object_id, row.reason) == ("journal.reverse", str(deposit.id), "paid in twice")
    assert (row.actor_id, row.actor_name, row.request_id) == (ANN.id, "ann", "click-9")
    assert row.after == {"reversal": str(booked.id), "number": 2}


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_a_settlement_is_never_reversed(settled, published, side):
    entry = settled(side)
    before = balances()

    with pytest.raises(SettlementNotReversible) as caught:
        journal_reverse(entry_id=entry.id, reason="booked at a wrong price", by=ANN)

    assert caught.value.params == {"number": entry.number, "order_id": entry.order_id}
    assert "leave the units" in caught.value.detail
    assert balances() == before
    assert not published(ReversalBooked)
    assert not AuditEntry.objects.exists()
    with pytest.raises(CommandError, match="paid for a fill"):
        call_command("journal_reverse", str(entry.id), "--reason", "wrong", "--by", "ann")


def test_no_part_of_an_order_is_reversed_either(customer, deliver):
    """Nor one of which only the fee was booked; the order's hold and the account stay as they are."""
    account = customer(100_00)
    order = limit_placed(account.user_id, hold_amount=61_00)
    deliver(order)
    deliver(part_filled(order, amount=6_00, fee=1, hold_left=54_00), sequence=3)
    deliver(part_filled(order, amount=0, fee=1, hold_left=53_00), sequence=4)
    before = balances()

    for entry in JournalEntry.objects.filter(order_id=order.order_id):
        with pytest.raises(SettlementNotReversible):
            journal_reverse(entry_id=entry.id, reason="booked at a wrong price", by=ANN)

    account.refresh_from_db()
    assert (balances(), account.held) == (before, 53_00)


def test_a_settlement_that_was_reversed_once_is_put_right_by_reversing_the_reversal(settled):
    entry = settled("buy")
    right = balances()
    undone = settlement_reverse(entry)
    assert balances() != right

    again = journal_reverse(entry_id=undone.id, reason="units and money belong together", by=ANN)

    assert balances() == right
    with pytest.raises(SettlementNotReversible):
        journal_reverse(entry_id=again.id, reason="once more", by=ANN)


def test_an_entry_is_reversed_once(deposit):
    journal_reverse(entry_id=deposit.id, reason="wrong", by=ANN)
    with pytest.raises(AlreadyReversed) as caught:
        journal_reverse(entry_id=deposit.id, reason="wrong again", by=ANN)
    assert caught.value.detail == "Journal entry 1 is already reversed by entry 2."


def test_a_reversal_that_was_wrong_is_reversed_itself(deposit, published):
    first = journal_reverse(entry_id=deposit.id, reason="wrong", by=ANN)
    journal_reverse(entry_id=first.id, reason="it was right after all", by=BOB)
    assert balances()["customer_cash"] == 100_00
    assert [(reversal.amount, reversal.reversed_type) for reversal in published(ReversalBooked)] == [
        (-100_00, "deposit"),
        (100_00, "reversal"),
    ]


def test_what_a_customer_no_longer_has_is_not_reversed(settled):
    settled("buy")
    deposit = JournalEntry.objects.get(type="deposit")
    with pytest.raises(ReversalNotCovered) as caught:
        journal_reverse(entry_id=deposit.id, reason="a charge-back", by=ANN)
    assert caught.value.params["required"] == "100.00"
    assert caught.value.params["available"] == "39.97"
    assert JournalEntry.objects.count() == 2


def test_what_is_held_is_not_reversed(customer, deliver):
    account = customer(100_00)
    deliver(order_placed(account.user_id, hold_amount=1))
    with pytest.raises(ReversalNotCovered):
        journal_reverse(entry_id=JournalEntry.objects.get().id, reason="a charge-back", by=ANN)


def test_a_frozen_accounts_books_are_put_right_by_a_reversal(deposit):
    account = LedgerAccount.objects.get(kind="customer_cash")
    account_freeze(account_id=account.id, reason="the balance is 99")
    journal_reverse(entry_id=deposit.id, reason="it never came", by=ANN)
    account.refresh_from_db()
    assert (account.balance, account.frozen_at is None) == (0, False)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201])
def test_there_is_a_reason(deposit, reason):
    with pytest.raises(ValueError, match="has a reason"):
        journal_reverse(entry_id=deposit.id, reason=reason, by=ANN)


def test_by_command(deposit):
    out = StringIO()
    call_command("journal_reverse", str(deposit.id), "--reason", "wrong", "--by", "ann", stdout=out)
    assert out.getvalue().startswith("reversed by entry 2")
    row = AuditEntry.objects.get()
    assert (row.action, row.actor_name) == ("journal.reverse", "shell:ann")

    with pytest.raises(CommandError, match="already reversed"):
        call_command("journal_reverse", str(deposit.id), "--reason", "wrong", "--by", "ann")
    with pytest.raises(CommandError, match="there is no journal entry"):
        call_command("journal_reverse", str(new_id()), "--reason", "wrong")
    with pytest.raises(CommandError, match="a reason"):
        call_command("journal_reverse", str(deposit.id), "--reason", " ")


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_reverse_once(customer, published):
    customer(100_00)
    entry_id = JournalEntry.objects.get().id

    results = at_once([lambda: journal_reverse(entry_id=entry_id, reason="wrong", by=ANN)] * 20)

    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert {type(r) for r in results if isinstance(r, Exception)} == {AlreadyReversed}
    assert balances()["customer_cash"] == 0
    assert len(published(ReversalBooked)) == AuditEntry.objects.count() == 1
