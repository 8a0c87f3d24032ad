"""What legs an entry may have: the database refuses the others, whatever the code would do."""

from __future__ import annotations

from threading import Event
from time import sleep

import pytest
from django.db import connection, transaction

from billing_service.ledger.models import LedgerAccount, LedgerEntry
from billing_service.tests.ledger.guards.writing import book, legs_of, refused_at_commit
from servicekit.ids import new_id
from servicekit.testing.threads import at_once

pytestmark = pytest.mark.django_db


def test_an_unbalanced_entry(accounts):
    with refused_at_commit("out of balance"):
        book((accounts["house_cash", "USD"], 100, "USD"), (accounts["fees", "USD"], -99, "USD"))


def test_an_entry_without_legs(accounts):
    with refused_at_commit("has no legs"):
        book()


def test_an_entry_of_one_leg(accounts):
    with refused_at_commit("out of balance"):
        book((accounts["house_cash", "USD"], 100, "USD"))


def test_balanced_only_across_currencies(accounts):
    with refused_at_commit("out of balance"):
        book((accounts["house_cash", "USD"], 100, "USD"), (accounts["house_cash", "EUR"], -100, "EUR"))


def test_legs_added_to_an_entry_later(accounts, pair):
    entry = book(*pair)
    connection.check_constraints()
    third, fourth = accounts["external", "USD"], accounts["external", "EUR"]
    with refused_at_commit("2 legs were not sealed by a new"):
        legs_of(entry.id, (third, 5, "USD"), (fourth, -5, "USD"))


@pytest.mark.django_db(transaction=True)
def test_legs_slipped_into_an_entry_that_is_just_being_written(customer):
    """Somebody who knows the id of an entry before its commit waits for it, and is refused."""
    customer(100)
    (external,) = LedgerAccount.objects.filter(kind="external")
    entry_id, waiting = new_id(), Event()

    def write():
        with transaction.atomic():
            legs = legs_of(entry_id, *_pair(), first=10)
            waiting.set()
            sleep(0.3)
            book(id=entry_id, written=legs)

    def slip():
        waiting.wait(60)
        with transaction.atomic():
            legs_of(entry_id, (external.id, 5, "USD"), (external.id, -5, "USD"), first=20)

    written, slipped = at_once([write, slip])

    assert written is None
    assert "2 legs were not sealed" in str(slipped)
    assert LedgerEntry.objects.filter(journal_entry=entry_id).count() == 2


def _pair():
    accounts = dict(LedgerAccount.objects.filter(currency="USD").values_list("kind", "id"))
    return (accounts["house_cash"], 100, "USD"), (accounts["fees"], -100, "USD")


def test_legs_without_an_entry(pair):
    with refused_at_commit("2 legs were not sealed by a new"):
        legs_of(new_id(), *pair)


def test_legs_without_an_entry_beside_an_entry_with_legs(accounts, pair):
    with refused_at_commit("2 legs were not sealed by a new"):
        legs_of(new_id(), (accounts["external", "USD"], 5, "USD"), (accounts["external", "EUR"], -5, "EUR"))
        book(*pair)


def test_legs_in_another_currency_than_their_account(accounts):
    with refused_at_commit("a leg on no account of its currency"):
        book((accounts["house_cash", "USD"], 100, "EUR"), (accounts["fees", "USD"], -100, "EUR"))


def test_a_leg_on_no_account(accounts):
    with refused_at_commit("a leg on no account of its currency"):
        book((accounts["house_cash", "USD"], 100, "USD"), (new_id(), -100, "USD"))


def test_a_leg_of_nothing(accounts):
    with refused_at_commit("entry_not_zero"):
        legs_of(new_id(), (accounts["house_cash", "USD"], 0, "USD"))
