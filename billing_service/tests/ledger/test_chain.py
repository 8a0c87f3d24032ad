"""The hash chain: Python and SQL say the same, every change is found, the head can be kept elsewhere."""

from __future__ import annotations

import json
from contextlib import contextmanager
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from billing_service.ledger.chain import BREAKS, ORIGIN, entry_hash
from billing_service.ledger.models import JournalEntry, JournalHead, LedgerEntry
from billing_service.ledger.selectors import chain_breaks, journal_head
from billing_service.ledger.services import Draft, Posting, accounts_lock, journal_book
from billing_service.tests.ledger.undone import settlement_reverse
from billing_service.tests.orders import order_filled, order_placed
from servicekit.ids import new_id

ODD = "Ру́сский \"quoted\" \\ back | bar \n line \x01 \x7f \t 'single' %s 😀"


@contextmanager
def unguarded():
    """What only the tables' owner can do: change what is booked."""
    tables = ("ledger_journalentry", "ledger_ledgerentry", "ledger_journalhead")
    with connection.cursor() as cursor:
        connection.check_constraints()
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        connection.check_constraints()
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture
def journal(customer, deliver):
    """A deposit, a purchase of a price with all digits, its reversal with an odd reason, a deposit."""
    account = customer(1000_00)
    order = order_placed(account.user_id, hold_amount=435_00)
    deliver(order)
    deliver(order_filled(order, amount=430_40, fee=22, price=Decimal("43.04000001"), ticker='A"|\\'))
    entry = JournalEntry.objects.get(number=2)
    settlement_reverse(entry, reason=ODD, by="ann")
    customer(1)
    return list(JournalEntry.objects.order_by("number"))


def test_every_entry_is_chained_to_the_one_before(journal):
    assert [entry.number for entry in journal] == [1, 2, 3, 4]
    assert chain_breaks(after=0, until=4) == []
    previous = ORIGIN
    for entry in journal:
        legs = LedgerEntry.objects.filter(journal_entry=entry)
        previous = entry_hash(
            entry,
            legs=[(str(g.account_id), g.number, g.kind, g.amount, g.currency, g.balance_after) for g in legs],
            number=entry.number,
            occurred_at=entry.occurred_at,
            previous=previous,
        )
        assert entry.hash == previous
    assert JournalHead.objects.get().hash == previous


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE ledger_journalentry SET description = 'x' WHERE number = 2", [2]),
        ("UPDATE ledger_journalentry SET reason = reason || ' ' WHERE number = 3", [3]),
        ("UPDATE ledger_journalentry SET booked_by = 'bob' WHERE number = 3", [3]),
        ("UPDATE ledger_journalentry SET price = 43.04 WHERE number = 2", [2]),
        ("UPDATE ledger_journalentry SET quantity = 11 WHERE number = 2", [2]),
        ("UPDATE ledger_journalentry SET ticker = '' WHERE number = 2", [2]),
        ("UPDATE ledger_journalentry SET request_id = 'x' WHERE number = 1", [1]),
        ("UPDATE ledger_journalentry SET order_id = NULL WHERE number = 3", [3]),
        ("UPDATE ledger_journalentry SET source_id = gen_random_uuid() WHERE number = 1", [1]),
        (
            "UPDATE ledger_journalentry SET occurred_at = occurred_at + interval '1 microsecond' "
            "WHERE number = 4",
            [4],
        ),
        ("UPDATE ledger_journalentry SET hash = repeat('a', 64) WHERE number = 2", [2, 3]),
        ("DELETE FROM ledger_journalentry WHERE number = 3", [4]),
        ("UPDATE ledger_journalentry SET number = 9 WHERE number = 4", [9]),
        ("UPDATE ledger_ledgerentry SET amount = amount + 1 WHERE kind = 'buy'", [2]),
        ("UPDATE ledger_ledgerentry SET balance_after = 0 WHERE kind = 'fee'", [2]),
        ("UPDATE ledger_ledgerentry SET kind = 'sell' WHERE kind = 'buy'", [2]),
        (
            "DELETE FROM ledger_ledgerentry WHERE kind = 'fee' AND amount > 0",
            [2],
        ),
    ],
)
def test_whatever_is_changed_is_found(journal, change, found):
    with unguarded() as cursor:
        cursor.execute(change)

    assert [broken.number for broken in chain_breaks(after=0, until=99)] == found
    with pytest.raises(CommandError, match="problems in 4 journal entries"):
        call_command("verify_journal", stdout=StringIO(), stderr=StringIO())


def test_a_part_of_the_journal_is_checked_by_itself(journal):
    with unguarded() as cursor:
        cursor.execute("UPDATE ledger_journalentry SET description = 'x' WHERE number = 2")

    assert chain_breaks(after=2, until=4) == []
    assert [broken.number for broken in chain_breaks(after=1, until=2)] == [2]


def test_the_plan_of_a_part_uses_the_numbers(customer):
    """A condition around journal_chain.sql gets inside, however long the journal is."""
    account = customer(1000)
    with transaction.atomic():
        mine = accounts_lock(user_ids=[account.user_id])[account.user_id]
        journal_book(
            [
                Draft(
                    type="deposit",
                    source_id=new_id(),
                    request_id="",
                    currency="USD",
                    postings=[Posting(mine, "deposit", 1), Posting("external", "deposit", -1)],
                )
                for _ in range(2000)
            ]
        )

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_journalentry, ledger_ledgerentry")
        cursor.execute(f"EXPLAIN SELECT * FROM ({BREAKS}) AS broken WHERE number > 2 AND number <= 4")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Cond: ((number > 2) AND (number <= 4))" in plan
    assert "Index Cond: (journal_entry_id = entry.id)" in plan
    assert "Seq Scan" not in plan
    assert chain_breaks(after=0, until=2001) == []


def verify(*arguments):
    out = StringIO()
    call_command("verify_journal", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_an_exported_head_finds_a_journal_that_was_cut_and_written_anew(journal, customer, tmp_path):
    file, out = tmp_path / "head.json", StringIO()
    call_command("journal_head", stdout=out)
    file.write_text(out.getvalue(), encoding="utf-8")
    head = journal_head()
    assert json.loads(out.getvalue()) == {"number": 4, "hash": head.hash, "at": head.at.isoformat()}
    assert head.at == journal[-1].occurred_at
    assert "4 journal entries, every hash is correct" in verify("--head", str(file))

    customer(2)  # the journal goes on: the exported head is still in it
    assert "5 journal entries" in verify("--head", str(file))

    with unguarded() as cursor:
        cursor.execute("DELETE FROM cash_deposit")
        cursor.execute(
            "DELETE FROM ledger_ledgerentry WHERE journal_entry_id IN "
            "(SELECT id FROM ledger_journalentry WHERE number > 3)"
        )
        cursor.execute("DELETE FROM ledger_journalentry WHERE number > 3")
        cursor.execute("UPDATE ledger_journalhead SET number = 3, hash = %s", [journal[2].hash])
    assert "3 journal entries, every hash is correct" in verify()
    with pytest.raises(CommandError, match="1 problems"):
        verify("--head", str(file))


def test_a_head_that_does_not_belong_to_the_journal(journal):
    with unguarded() as cursor:
        cursor.execute("UPDATE ledger_journalhead SET number = 3")
    with pytest.raises(CommandError, match="1 problems"):
        verify()


@pytest.mark.parametrize("text", ["", "{}", '{"number": "x", "hash": "y"}', "[]"])
def test_a_file_that_is_no_head(journal, tmp_path, text):
    file = tmp_path / "head.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match="not output of journal_head"):
        verify("--head", str(file))


def test_an_empty_journal(db, tmp_path):
    out = StringIO()
    call_command("journal_head", stdout=out)
    assert json.loads(out.getvalue()) == {"number": 0, "hash": ORIGIN, "at": None}
    file = tmp_path / "head.json"
    file.write_text(out.getvalue(), encoding="utf-8")
    assert "0 journal entries" in verify("--head", str(file))
