"""What the database refuses, whatever the code would do."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event
from time import sleep

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from billing_service.ledger.chain import entry_hash
from billing_service.ledger.models import JournalEntry, JournalHead, LedgerAccount, LedgerEntry
from billing_service.ledger.selectors import journal_head
from billing_service.tests.threads import race
from servicekit.ids import new_id
from servicekit.settings import environment

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts(db):
    """The ids of the system's accounts in dollars and euros: ``accounts["fees", "EUR"]``."""
    made = [
        LedgerAccount.objects.create(kind=kind, currency=currency)
        for kind in ("house_cash", "fees", "external")
        for currency in ("USD", "EUR")
    ]
    return {(account.kind, account.currency): account.id for account in made}


def legs_of(entry_id, *legs, first=1):
    """Write legs (account id, amount, currency), numbered from ``first`` on their accounts."""
    rows = [
        LedgerEntry(
            journal_entry_id=entry_id,
            account_id=account_id,
            number=number,
            kind="deposit",
            amount=amount,
            currency=currency,
            balance_after=amount,
        )
        for number, (account_id, amount, currency) in enumerate(legs, start=first)
    ]
    LedgerEntry.objects.bulk_create(rows)
    return [(str(r.account_id), r.number, r.kind, r.amount, r.currency, r.balance_after) for r in rows]


def book(*legs, hash=None, number=None, written=None, **fields):
    """Write an entry as the service would: its legs, then itself, with the number and hash that are next.

    ``written``: legs that :func:`legs_of` wrote already, instead of ``legs``.
    """
    values = {"type": "deposit", "source_id": new_id(), "occurred_at": timezone.now()} | fields
    entry = JournalEntry(**values)
    if written is None:
        written = legs_of(entry.id, *legs) if legs else []
    head = journal_head()
    entry.number = number or head.number + 1
    entry.hash = hash or entry_hash(
        entry, legs=written, number=entry.number, occurred_at=entry.occurred_at, previous=head.hash
    )
    entry.save(force_insert=True)
    return entry


@contextmanager
def refused_at_commit(reason):
    with pytest.raises(DatabaseError, match=reason), transaction.atomic():
        yield
        connection.check_constraints()


@pytest.fixture
def pair(accounts):
    """Two legs that balance."""
    return (accounts["house_cash", "USD"], 100, "USD"), (accounts["fees", "USD"], -100, "USD")


def test_what_is_right_is_taken(accounts, pair):
    first = book(*pair)
    second = book((accounts["external", "USD"], 5, "USD"), (accounts["house_cash", "USD"], -5, "USD"))
    connection.check_constraints()

    assert [first.number, second.number] == [1, 2]
    head = JournalHead.objects.get()
    assert (head.number, head.hash, head.unsealed) == (2, second.hash, 0)


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
        waiting.wait(5)
        with transaction.atomic():
            legs_of(entry_id, (external.id, 5, "USD"), (external.id, -5, "USD"), first=20)

    written, slipped = race([write, slip])

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


def test_an_account_that_was_booked_on_stays(customer):
    account = customer(100)
    with refused_at_commit("was booked on"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_ledgeraccount WHERE id = %s", [account.id])
    with refused_at_commit("was booked on"):
        LedgerAccount.objects.filter(id=account.id).update(currency="EUR")


@pytest.mark.parametrize("table", ["ledger_journalentry", "ledger_ledgerentry"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_journal_is_never_changed_not_even_by_its_owner(customer, table, change):
    customer(100)
    with refused_at_commit("never changed"), connection.cursor() as cursor:
        cursor.execute(change.format(table))


def test_a_source_is_booked_once(customer, pair):
    customer(100)
    source_id = JournalEntry.objects.get().source_id
    with refused_at_commit("source_id"):
        book(*pair, source_id=source_id)


@pytest.mark.parametrize("change", [{"balance": -1}, {"held": -1}, {"held": 101}])
def test_a_customer_never_owes_and_never_holds_more_than_there_is(customer, change):
    account = customer(100)
    with refused_at_commit("account_"):
        LedgerAccount.objects.filter(id=account.id).update(**change)


def test_the_house_may_owe_but_holds_nothing(accounts):
    house = LedgerAccount.objects.filter(id=accounts["house_cash", "USD"])
    assert house.update(balance=-100) == 1
    with refused_at_commit("account_held_within_balance"):
        house.update(held=1)


def test_one_account_of_a_kind_and_currency_for_the_system(accounts):
    with refused_at_commit("account_one_of_the_system_per_currency"):
        LedgerAccount.objects.create(kind="fees", currency="USD")


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


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_journalentry SET description = 'x'",
        "DELETE FROM ledger_journalentry",
        "TRUNCATE ledger_journalentry CASCADE",
        "UPDATE ledger_ledgerentry SET amount = 1",
        "DELETE FROM ledger_ledgerentry",
        "TRUNCATE ledger_ledgerentry",
        "UPDATE ledger_journalhead SET number = number + 1",
        "INSERT INTO ledger_journalhead VALUES (2, 0, '', 0)",
        "DELETE FROM ledger_journalhead",
        "UPDATE ledger_accountfreeze SET reason = 'x'",
        "DELETE FROM ledger_accountfreeze",
        "UPDATE ledger_ledgeraccount SET user_id = NULL",
        "UPDATE ledger_ledgeraccount SET currency = 'EUR'",
        "DELETE FROM ledger_ledgeraccount",
        "UPDATE holds_hold SET amount = 1",
        "DELETE FROM holds_hold",
        "UPDATE cash_deposit SET amount = 1",
        "DELETE FROM cash_deposit",
        "ALTER TABLE ledger_journalentry DISABLE TRIGGER ALL",
        "DROP TABLE ledger_ledgerentry",
    ],
)
def test_the_application_may_not(application, statement):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), application.cursor() as cursor:
        cursor.execute(statement)


def test_the_application_may_read_the_journal(application):
    with application.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_journalentry, ledger_ledgerentry")
        assert cursor.fetchone() == (0,)


@pytest.fixture
def application(db):
    """A connection to the test database as the role that the running service has."""
    env = environment("billing")
    role = psycopg2.connect(
        host=env.require("BIRZHA_DATABASE_HOST"),
        port=env.get("BIRZHA_DATABASE_PORT", "5432"),
        dbname=connection.settings_dict["NAME"],
        user=env.require("BIRZHA_DATABASE_USER"),
        password=env.require("BIRZHA_DATABASE_PASSWORD"),
    )
    yield role
    role.close()
