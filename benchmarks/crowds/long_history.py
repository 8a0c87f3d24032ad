"""Customers with a long history, written past the application: no exchange trades that much in a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from compose.local import secrets
from compose.local.paths import Home
from compose.system import SUPERUSER

#: The guards of the journal are lifted for this one transaction: what it writes is only read here.
_WRITE = """
SET LOCAL session_replication_role = replica;
CREATE TEMP TABLE seeded ON COMMIT DROP AS
    SELECT gen_random_uuid() AS entry, number, last_number + number AS place, id AS account
    FROM ledger_ledgeraccount, generate_series(1, %(rows)s) AS number
    WHERE user_id = ANY(%(users)s::uuid[]);
INSERT INTO ledger_journalentry (
    id, type, source_id, request_id, occurred_at, order_id, fill_id, ticker, quantity, price, description,
    number, hash)
    SELECT entry, 'order_settlement', gen_random_uuid(), '', now() - number * interval '1 second',
           gen_random_uuid(), gen_random_uuid(), 'AAPL', 10, 43.04, '',
           -row_number() OVER () - (SELECT count(*) FROM ledger_journalentry), ''
    FROM seeded;
INSERT INTO ledger_ledgerentry (
    id, number, kind, amount, currency, balance_after, account_id, journal_entry_id)
    SELECT gen_random_uuid(), place, 'buy', -43040, 'USD', 56960, account, entry FROM seeded;
UPDATE ledger_ledgeraccount SET last_number = last_number + %(rows)s WHERE user_id = ANY(%(users)s::uuid[]);
"""
_ERASE = """
SET LOCAL session_replication_role = replica;
WITH erased AS (
    DELETE FROM ledger_ledgerentry USING ledger_ledgeraccount AS account
    WHERE account_id = account.id AND account.user_id = ANY(%(users)s::uuid[])
      AND journal_entry_id IN (SELECT id FROM ledger_journalentry WHERE number < 0)
    RETURNING journal_entry_id)
DELETE FROM ledger_journalentry WHERE id IN (SELECT journal_entry_id FROM erased);
UPDATE ledger_ledgeraccount SET last_number = last_number - %(rows)s WHERE user_id = ANY(%(users)s::uuid[]);
"""


@contextmanager
def long_history(home: Home, users: list[str], rows: int) -> Iterator[None]:
    """Each user has so many operations more meanwhile; the books of the system are wrong for as long."""
    values = {"users": users, "rows": rows}
    _run(home, _WRITE, values)
    try:
        yield
    finally:
        _run(home, _ERASE, values)


def _run(home: Home, statements: str, values: dict[str, object]) -> None:
    connection = psycopg2.connect(
        host=str(home.run),
        dbname="billing",
        user=SUPERUSER,
        password=secrets.load(home)[SUPERUSER],
    )
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statements, values)
    finally:
        connection.close()
