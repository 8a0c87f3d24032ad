"""What the role of the running service may not do, as PostgreSQL sees to."""

from __future__ import annotations

import psycopg2
import pytest

pytestmark = pytest.mark.django_db


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
        "UPDATE cash_withdrawal SET amount = 1",
        "DELETE FROM cash_withdrawal",
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
