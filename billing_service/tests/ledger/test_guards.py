"""What the database refuses, whatever the code would do."""

from __future__ import annotations

from contextlib import contextmanager

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from billing_service.ledger.models import JournalEntry, LedgerAccount, LedgerEntry
from billing_service.ledger.services import system_accounts_ensure
from servicekit.ids import new_id
from servicekit.settings import environment

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts(db):
    """The ids of the system's accounts in dollars."""
    return system_accounts_ensure(currency="USD")


def journal_entry() -> JournalEntry:
    return JournalEntry.objects.create(type="deposit", source_id=new_id(), occurred_at=timezone.now())


def leg(entry, account_id, amount, *, number=1, currency="USD"):
    LedgerEntry.objects.create(
        journal_entry=entry,
        account_id=account_id,
        number=number,
        kind="deposit",
        amount=amount,
        currency=currency,
        balance_after=0,
    )


@contextmanager
def refused_at_commit(reason):
    with pytest.raises(DatabaseError, match=reason), transaction.atomic():
        yield
        connection.check_constraints()


def test_an_unbalanced_entry(accounts):
    with refused_at_commit("out of balance by USD 1"):
        entry = journal_entry()
        leg(entry, accounts["house_cash"], 100)
        leg(entry, accounts["fees"], -99)


def test_an_entry_without_legs(accounts):
    with refused_at_commit("has 0 legs"):
        journal_entry()


def test_an_entry_of_one_leg(accounts):
    with refused_at_commit("has 1 legs"):
        leg(journal_entry(), accounts["house_cash"], 100)


def test_balanced_only_across_currencies(accounts):
    euros = system_accounts_ensure(currency="EUR")
    with refused_at_commit("out of balance"):
        entry = journal_entry()
        leg(entry, accounts["house_cash"], 100)
        leg(entry, euros["house_cash"], -100, currency="EUR")


def test_legs_added_to_a_balanced_entry_later(accounts):
    entry = journal_entry()
    leg(entry, accounts["house_cash"], 100)
    leg(entry, accounts["fees"], -100)
    connection.check_constraints()
    with refused_at_commit("out of balance by USD 5"):
        leg(entry, accounts["fees"], 5, number=2)


def test_a_leg_in_another_currency_than_its_account(accounts):
    with refused_at_commit("entry_in_currency_of_account"):
        leg(journal_entry(), accounts["house_cash"], 100, currency="EUR")


def test_a_leg_of_nothing(accounts):
    with refused_at_commit("entry_not_zero"):
        leg(journal_entry(), accounts["house_cash"], 0)


@pytest.mark.parametrize("table", ["ledger_journalentry", "ledger_ledgerentry"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_journal_is_never_changed_not_even_by_its_owner(customer, table, change):
    customer(100)
    with refused_at_commit("never changed"), connection.cursor() as cursor:
        cursor.execute(change.format(table))


def test_a_source_is_booked_once(customer):
    customer(100)
    source_id = JournalEntry.objects.get().source_id
    with refused_at_commit("source_id"):
        JournalEntry.objects.create(type="deposit", source_id=source_id, occurred_at=timezone.now())


@pytest.mark.parametrize("change", [{"balance": -1}, {"held": -1}, {"held": 101}])
def test_a_customer_never_owes_and_never_holds_more_than_there_is(customer, change):
    account = customer(100)
    with refused_at_commit("account_"):
        LedgerAccount.objects.filter(id=account.id).update(**change)


def test_the_house_may_owe_but_holds_nothing(accounts):
    house = LedgerAccount.objects.filter(id=accounts["house_cash"])
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
            " (id, type, source_id, request_id, occurred_at, order_id, fill_id, ticker, quantity, price,"
            " description)"
            " VALUES (%s, 'order_settlement', %s, '', now(), %s, %s, 'AAPL', 1, %s, '')",
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
