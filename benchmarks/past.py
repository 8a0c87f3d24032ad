"""A past for a system: its own orders copied many times, as if they had been placed hours and days ago.

What the use-cases have written is copied row by row with SQL: every id becomes another one, the same
in all databases, so that orders, fills, holds, journal and notifications of the past fit each other;
times are moved back by an hour per copy, also those within the ids (UUIDv7). Triggers and foreign
keys are off meanwhile (the journal's hashes are copied, not computed), CHECKs and unique keys are on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from benchmarks.system import BenchSystem
from compose.local.console import step

#: Copies of this many hours are also in the outboxes and inboxes; older events have been removed.
REMEMBERED = 20
#: A table's columns that say whose a row is; customers have fewer copies than orders.
OWNERS = {"user_id", "account_id"}
#: What is there once: references to it stay.
KEPT = {"instrument_id"}

# The id of the copy of ``id`` that is ``back`` hours older.
_PAST_ID = """
CREATE FUNCTION pg_temp.past_id(id uuid, back bigint) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN (
    lpad(to_hex(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint - back * 3600000), 12, '0')
    || '7' || left(md5(id::text || back), 3)
    || substr(id::text, 20, 1) || substr(md5(id::text || back), 4, 15)
)::uuid
"""

_COLUMNS = """
SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""

_UNIQUE = """
SELECT array_agg(attname::text) FROM pg_index
JOIN pg_attribute ON attrelid = indrelid AND (
    attnum = ANY(indkey)
    OR EXISTS (  -- within an expression, as in lower(username)
        SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = indexrelid
        AND refclassid = 'pg_class'::regclass AND refobjid = indrelid AND refobjsubid = attnum
    )
)
WHERE indrelid = %s::regclass AND indisunique AND indpred IS NULL GROUP BY indexrelid
"""


@dataclass(frozen=True)
class Table:
    """A table to be copied.

    Attributes:
        of_customers: it has rows per customer, not per order.
        where: which of its rows.
        hours: copies at most; None: all.
    """

    name: str
    of_customers: bool = False
    where: str = "true"
    hours: int | None = None


_MESSAGES = (Table("outbox", hours=REMEMBERED), Table("inbox", hours=REMEMBERED))

TABLES: dict[str, tuple[Table, ...]] = {
    "user": (Table("accounts_user", of_customers=True, where="NOT is_staff"),),
    "market": (Table("venue_venueorder"), *_MESSAGES),
    "trading": (
        Table("orders_order"),
        Table("orders_fill"),
        Table("orders_ordertransition"),
        Table("positions_position", of_customers=True),
        *_MESSAGES,
    ),
    "billing": (
        Table("ledger_ledgeraccount", of_customers=True, where="kind = 'customer_cash'"),
        Table("cash_deposit"),
        Table("holds_hold"),
        Table("ledger_journalentry"),
        Table("ledger_ledgerentry"),
        *_MESSAGES,
    ),
    "notification": (Table("notification_inbox_notification"), *_MESSAGES),
}

#: What counts rows goes on after the last of them.
_AFTERWARDS = {
    "billing": """
        UPDATE ledger_ledgeraccount SET last_number = latest.number
        FROM (SELECT account_id, max(number) AS number FROM ledger_ledgerentry GROUP BY 1) AS latest
        WHERE account_id = id AND last_number < latest.number;
        UPDATE ledger_journalhead AS head SET number = latest.number, hash = latest.hash
        FROM (SELECT number, hash FROM ledger_journalentry ORDER BY number DESC LIMIT 1) AS latest;
    """
}


def make_past(system: BenchSystem, *, copies: int, customer_copies: int) -> dict[str, int]:
    """Copy all orders ``copies`` times and all customers ``customer_copies`` times.

    Returns:
        Rows of each table afterwards, ``service.table``.
    """
    system.wait_quiet()
    rows: dict[str, int] = {}
    for service, tables in TABLES.items():
        with step(f"making a past for {service}"), closing(system.superuser(service)) as connection:
            cursor = connection.cursor()
            past = Past(cursor, copies, customer_copies)
            for table in tables:
                past.copy(table)
            cursor.execute(_AFTERWARDS.get(service, "SELECT"))
            cursor.execute("VACUUM (ANALYZE)")
            for table in tables:
                cursor.execute(f"SELECT count(*) FROM {table.name}")
                rows[f"{service}.{table.name}"] = cursor.fetchone()[0]
    return rows


class Past:
    """The copying in one database."""

    def __init__(self, cursor: Any, copies: int, customer_copies: int) -> None:
        self.cursor, self.copies, self.customer_copies = cursor, copies, customer_copies
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        cursor.execute(_PAST_ID)
        self.system_accounts = self._system_accounts()

    def copy(self, table: Table) -> None:
        """Copy a table's rows, the oldest copy first."""
        columns = list(self._expressions(table))
        names = ", ".join(name for name, _ in columns)
        values = ", ".join(value for _, value in columns)
        self.cursor.execute(f"CREATE TEMP TABLE present AS SELECT * FROM {table.name} WHERE {table.where}")
        hours = self.customer_copies if table.of_customers else min(self.copies, table.hours or self.copies)
        for back in range(hours, 0, -1):
            self.cursor.execute(
                f"INSERT INTO {table.name} ({names}) OVERRIDING SYSTEM VALUE SELECT {values} FROM present",
                {
                    "back": back,
                    "customer": (back - 1) % self.customer_copies + 1,
                    "accounts": self.system_accounts,
                },
            )
        self.cursor.execute("DROP TABLE present")
        self._move_sequences(table.name, [name for name, _ in columns])

    def _expressions(self, table: Table) -> Iterator[tuple[str, str]]:
        """Each column with the SQL of its value in a copy."""
        self.cursor.execute(_COLUMNS, [table.name])
        types: dict[str, str] = dict(self.cursor.fetchall())
        owners = OWNERS | ({"id"} if table.of_customers else set())
        own_ids = {name for name, type in types.items() if type == "uuid"} - owners - KEPT
        self.cursor.execute(_UNIQUE, [table.name])
        # An index with an id that every copy has anew is unique again by that id.
        anew = own_ids | (owners if table.of_customers else set())
        to_change = {name for (names,) in self.cursor.fetchall() if not anew & set(names) for name in names}
        for name, type in types.items():
            if type == "uuid" and name in owners - KEPT:
                value = f"CASE WHEN {name} = ANY(%(accounts)s::uuid[]) THEN {name}"
                yield name, f"{value} ELSE pg_temp.past_id({name}, %(customer)s) END"
            elif name in own_ids:
                yield name, f"pg_temp.past_id({name}, %(back)s)"
            elif type.startswith("timestamp"):
                yield name, f"{name} - %(back)s * interval '1 hour'"
            elif name in to_change and type in ("integer", "bigint"):
                yield name, f"{name} + %(back)s * {self._span(table.name, name)}"
            elif name in to_change and type in ("character varying", "text"):
                yield name, f"{name} || 'x' || %(back)s"
            else:
                yield name, name

    def _span(self, table: str, column: str) -> int:
        self.cursor.execute(f"SELECT coalesce(max({column}) - min({column}), 0) + 1 FROM {table}")
        return int(self.cursor.fetchone()[0])

    def _move_sequences(self, table: str, columns: list[str]) -> None:
        for column in columns:
            self.cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column])
            if sequence := self.cursor.fetchone()[0]:
                self.cursor.execute(f"SELECT setval(%s, (SELECT max({column}) FROM {table}))", [sequence])

    def _system_accounts(self) -> list[str]:
        self.cursor.execute("SELECT to_regclass('ledger_ledgeraccount') IS NOT NULL")
        if not self.cursor.fetchone()[0]:
            return []
        self.cursor.execute("SELECT id FROM ledger_ledgeraccount WHERE kind <> 'customer_cash'")
        return [str(UUID(str(id))) for (id,) in self.cursor.fetchall()]


def past_id(id: UUID, back: int) -> UUID:
    """What ``pg_temp.past_id`` gives."""
    from hashlib import md5

    digest = md5(f"{id}{back}".encode()).hexdigest()
    time = int(id.hex[:12], 16) - back * 3_600_000
    return UUID(f"{time:012x}7{digest[:3]}{str(id)[19]}{digest[3:18]}")
