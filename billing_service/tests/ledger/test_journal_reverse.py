"""A correction: the opposite of an entry, once, for a reason, and never what a customer has not."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from billing_service.ledger.errors import AlreadyReversed, ReversalNotCovered
from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.services import journal_reverse
from billing_service.tests.orders import order_filled, order_placed
from billing_service.tests.threads import race
from servicekit.ids import new_id
from servicekit.telemetry import request_context


@pytest.fixture
def bought(customer, deliver):
    """The entry of a purchase: 60.00 and a fee of 0.03 out of 100.00."""
    account = customer(100_00)
    order = order_placed(account.user_id, hold_amount=61_00)
    deliver(order)
    deliver(order_filled(order, amount=60_00, fee=3))
    return JournalEntry.objects.get(type="order_settlement")


def balances():
    return dict(LedgerAccount.objects.values_list("kind", "balance"))


def test_every_leg_is_booked_the_other_way(bought, customer):
    with request_context("click-9"):
        booked = journal_reverse(entry_id=bought.id, reason=" booked at a wrong price ", by="ann")

    entry = JournalEntry.objects.get(id=booked.id)
    assert (entry.type, entry.reverses_id, entry.order_id, entry.fill_id) == (
        "reversal", bought.id, bought.order_id, None,
    )  # fmt: skip
    assert (entry.reason, entry.booked_by, entry.request_id) == ("booked at a wrong price", "ann", "click-9")
    legs = LedgerEntry.objects.filter(journal_entry=entry).values_list("account__kind", "kind", "amount")
    assert sorted(legs) == [
        ("customer_cash", "reversal", 3),
        ("customer_cash", "reversal", 60_00),
        ("fees", "reversal", -3),
        ("house_cash", "reversal", -60_00),
    ]
    assert balances() == {"customer_cash": 100_00, "house_cash": 0, "fees": 0, "external": -100_00}
    bought.refresh_from_db()
    assert bought.legs.count() == 4


def test_an_entry_is_reversed_once(bought):
    journal_reverse(entry_id=bought.id, reason="wrong", by="ann")
    with pytest.raises(AlreadyReversed) as caught:
        journal_reverse(entry_id=bought.id, reason="wrong again", by="ann")
    assert caught.value.detail == "Journal entry 2 is reversed already, by entry 3."


def test_a_reversal_that_was_wrong_is_reversed_itself(bought):
    first = journal_reverse(entry_id=bought.id, reason="wrong", by="ann")
    journal_reverse(entry_id=first.id, reason="it was right after all", by="bob")
    assert balances()["customer_cash"] == 39_97


def test_what_a_customer_has_not_any_more_is_not_taken_back(bought):
    deposit = JournalEntry.objects.get(type="deposit")
    with pytest.raises(ReversalNotCovered) as caught:
        journal_reverse(entry_id=deposit.id, reason="a charge-back", by="ann")
    assert caught.value.params["required"] == "100.00"
    assert caught.value.params["available"] == "39.97"
    assert JournalEntry.objects.count() == 2


def test_what_is_held_is_not_taken_back(customer, deliver):
    account = customer(100_00)
    deliver(order_placed(account.user_id, hold_amount=1))
    with pytest.raises(ReversalNotCovered):
        journal_reverse(entry_id=JournalEntry.objects.get().id, reason="a charge-back", by="ann")


@pytest.mark.parametrize(("reason", "by"), [("", "ann"), ("  ", "ann"), ("wrong", "")])
def test_there_is_a_reason_and_somebody(bought, reason, by):
    with pytest.raises(ValueError, match="a reason and somebody"):
        journal_reverse(entry_id=bought.id, reason=reason, by=by)


def test_by_command(bought):
    out = StringIO()
    call_command("journal_reverse", str(bought.id), "--reason", "wrong", "--by", "ann", stdout=out)
    assert out.getvalue().startswith("reversed by entry 3")

    with pytest.raises(CommandError, match="reversed already"):
        call_command("journal_reverse", str(bought.id), "--reason", "wrong", "--by", "ann")
    with pytest.raises(CommandError, match="there is no journal entry"):
        call_command("journal_reverse", str(new_id()), "--reason", "wrong")
    with pytest.raises(CommandError, match="a reason"):
        call_command("journal_reverse", str(bought.id), "--reason", " ")


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_reverse_once(customer):
    customer(100_00)
    entry_id = JournalEntry.objects.get().id

    results = race([lambda: journal_reverse(entry_id=entry_id, reason="wrong", by="ann")] * 20)

    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert {type(r) for r in results if isinstance(r, Exception)} == {AlreadyReversed}
    assert balances()["customer_cash"] == 0
