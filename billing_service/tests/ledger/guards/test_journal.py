"""The journal's numbers, its chain, its kinds of entries: the database refuses what does not fit."""

from __future__ import annotations

import pytest
from django.db import connection

from billing_service.ledger.models import JournalEntry, JournalHead
from billing_service.tests.ledger.guards.writing import book, refused_at_commit
from servicekit.ids import new_id

pytestmark = pytest.mark.django_db


def test_what_is_right_is_accepted(accounts, pair):
    first = book(*pair)
    second = book((accounts["external", "USD"], 5, "USD"), (accounts["house_cash", "USD"], -5, "USD"))
    connection.check_constraints()

    assert [first.number, second.number] == [1, 2]
    head = JournalHead.objects.get()
    assert (head.number, head.hash, head.unsealed) == (2, second.hash, 0)


@pytest.mark.parametrize("number", [2, 7])
def test_a_gap_in_the_numbers(pair, number):
    with refused_at_commit(f"the next journal entry is 1, not {number} to {number}"):
        book(*pair, number=number)


def test_a_number_twice(customer, pair):
    customer(100)
    with refused_at_commit("journalentry_number"):
        book(*pair, number=1)


@pytest.mark.parametrize("hash", ["0" * 64, "f" * 64])
def test_a_hash_that_does_not_fit(pair, hash):
    with refused_at_commit("does not fit the chain"):
        book(*pair, hash=hash)


@pytest.mark.parametrize("change", [{"number": 0}, {"hash": "f" * 64}])
def test_the_head_does_not_go_back(customer, change):
    customer(100)
    with refused_at_commit("only moves on"):
        JournalHead.objects.update(**change)


def test_the_head_is_not_removed(customer):
    customer(100)
    with refused_at_commit("only moves on"):
        JournalHead.objects.all().delete()


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "reversal"},
        {"type": "reversal", "reason": "a mistake", "booked_by": "ann"},
        {"type": "gift"},
    ],
)
def test_an_entry_of_a_kind_that_is_none(pair, fields):
    with refused_at_commit("journal_reversal_says_of_what_and_why|journal_known_type"):
        book(*pair, **fields)


@pytest.mark.parametrize("price", ["NaN", "Infinity", "0", None])
def test_a_settlement_has_a_real_price(accounts, price):
    with refused_at_commit("journal_settlement_says_what|numeric"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_journalentry"
            " (id, number, hash, type, source_id, request_id, occurred_at, order_id, fill_id, ticker,"
            " quantity, price, description)"
            " VALUES (%s, 1, '', 'order_settlement', %s, '', now(), %s, %s, 'AAPL', 1, %s, '')",
            [new_id(), new_id(), new_id(), new_id(), price],
        )


def test_a_source_is_booked_once(customer, pair):
    customer(100)
    source_id = JournalEntry.objects.get().source_id
    with refused_at_commit("source_id"):
        book(*pair, source_id=source_id)


@pytest.mark.parametrize("table", ["ledger_journalentry", "ledger_ledgerentry"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_journal_is_never_changed_not_even_by_its_owner(customer, table, change):
    customer(100)
    with refused_at_commit("never changed"), connection.cursor() as cursor:
        cursor.execute(change.format(table))
