"""A past for a system: all its own customers and orders copied many times, each copy an hour older.

What the use-cases have written is copied row by row with SQL: every id becomes another one, the same
in all databases, so that customers, orders, fills, holds, journal and notifications of a copy fit each
other, and the books of the whole agree as they did before. Times are moved back, also those within the
ids (UUIDv7). Of one database all is done in one transaction, so that the services' own checks never
see it half done. Triggers and foreign keys are off meanwhile, CHECKs and unique keys are on. Only the
journal's hashes are copied and not computed, so its chain is true no more, except for what comes after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any
from uuid import UUID

from benchmarks.system import BenchSystem
from compose.local.console import step

#: Copies of this many hours are also in the outboxes and inboxes; older events have been removed. A day: an
#: inbox remembers whole days, so that of today it remembers all.
REMEMBERED = 24
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

# What a leg on one of the system's own accounts has to go on from: as many legs, as much money.
_GO_ON = """
{column} + CASE WHEN account_id = ANY(%(accounts)s::uuid[]) THEN %(back)s * (
    SELECT {total} FROM ledger_ledgeraccount AS account WHERE account.id = account_id
) ELSE 0 END
"""

# The executions of a fill name themselves and the trades at the venue.
_EXECUTIONS = """
(SELECT jsonb_agg(jsonb_build_array(
    pg_temp.past_id((e->>0)::uuid, %(back)s), pg_temp.past_id((e->>1)::uuid, %(back)s), e->2, e->3, e->4, e->5
) ORDER BY place) FROM jsonb_array_elements(executions) WITH ORDINALITY AS execution (e, place))
"""


@dataclass(frozen=True)
class Table:
    """A table to be copied.

    Attributes:
        where: which of its rows.
        hours: copies at most; None: all.
        older: SQL in the place of older copies; its source is ``present``.
        counted: columns that go on counting in every copy, besides those that are unique.
        values: SQL of the columns that no rule fits.
    """

    name: str
    where: str = "true"
    hours: int | None = None
    older: str = ""
    counted: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)


# What was removed is noted by both sides. One copy is enough to say how far back an inbox remembers.
_REMOVED = """
INSERT INTO removed_events (side, type, day, count, digest)
SELECT '{side}', type, event_day(id), count(*), sum(event_hash(id))
FROM (SELECT type, pg_temp.past_id({id}, {back}) AS id FROM present) AS copy GROUP BY 2, 3
"""

_MESSAGES = tuple(
    Table(side, hours=REMEMBERED, older=_REMOVED.format(side=side, id=id, back=REMEMBERED + 1))
    for side, id in (("outbox", "id"), ("inbox", "event_id"))
)

# What was to be told in the past has been.
_SENT = {
    "state": "'sent'",
    "attempts": "1",
    "sent_at": "created_at - %(back)s * interval '1 hour'",
    "reason": "''",
}

TABLES: dict[str, tuple[Table, ...]] = {
    "user": (Table("accounts_user", where="NOT is_staff AND closed_at IS NULL"), *_MESSAGES),
    "market": (Table("venue_venueorder"), Table("venue_trade", counted=frozenset({"trade_seq"})), *_MESSAGES),
    "trading": (
        Table("orders_order"),
        Table("orders_fill", values={"executions": _EXECUTIONS}),
        Table("orders_ordertransition"),
        Table("positions_position"),
        Table("positions_lot"),
        *_MESSAGES,
    ),
    "billing": (
        Table("ledger_ledgeraccount", where="kind = 'customer_cash'"),
        Table("cash_deposit"),
        Table("holds_hold"),
        Table("ledger_journalentry"),
        Table(
            "ledger_ledgerentry",
            values={
                "number": _GO_ON.format(column="number", total="last_number"),
                "balance_after": _GO_ON.format(column="balance_after", total="balance"),
            },
        ),
        *_MESSAGES,
    ),
    "notification": (
        Table("delivery_contact"),
        Table("notification_inbox_notification"),
        Table("delivery_delivery", values=_SENT),
        *_MESSAGES,
    ),
}

#: What there is once follows from all copies together.
AFTERWARDS = {
    # an hour back may be the day before: what was on a day follows from the fills
    "trading": """
        DELETE FROM positions_dailyflow;
        INSERT INTO positions_dailyflow
            (position_id, day, bought_quantity, bought_cost, sold_quantity, sold_proceeds)
        SELECT position.id, (executed_at AT TIME ZONE 'UTC')::date,
               coalesce(sum(fill.quantity) FILTER (WHERE side = 'buy'), 0),
               coalesce(sum(fill.amount + fill.fee) FILTER (WHERE side = 'buy'), 0),
               coalesce(sum(fill.quantity) FILTER (WHERE side = 'sell'), 0),
               coalesce(sum(fill.amount - fill.fee) FILTER (WHERE side = 'sell'), 0)
        FROM orders_fill AS fill JOIN orders_order AS orders ON orders.id = order_id
        JOIN positions_position AS position USING (user_id, instrument_id) GROUP BY 1, 2;
    """,
    "market": """
        UPDATE instruments_instrument
        SET available_quantity = issued_quantity - (issued_quantity - available_quantity) * (%(copies)s + 1);
        SELECT setval('venue_trade_seq', (SELECT max(trade_seq) FROM venue_trade));
    """,
    "billing": """
        UPDATE ledger_ledgeraccount
        SET balance = balance * (%(copies)s + 1), last_number = last_number * (%(copies)s + 1)
        WHERE id = ANY(%(accounts)s::uuid[]);
        UPDATE ledger_journalhead AS head SET number = latest.number, hash = latest.hash
        FROM (SELECT number, hash FROM ledger_journalentry ORDER BY number DESC LIMIT 1) AS latest;
        UPDATE consistency_consistencymark AS mark SET number = head.number FROM ledger_journalhead AS head;
    """,
}


def make_past(system: BenchSystem, *, copies: int) -> dict[str, int]:
    """Copy all customers and orders ``copies`` times.

    Returns:
        Rows of each table afterwards, ``service.table``.
    """
    system.wait_quiet()
    rows: dict[str, int] = {}
    for service, tables in TABLES.items():
        with step(f"making a past for {service}"), closing(system.superuser(service)) as connection:
            cursor = connection.cursor()
            cursor.execute("BEGIN")
            history = History(cursor, copies)
            for table in tables:
                history.copy(table)
            history.finish(service)
            cursor.execute("COMMIT")
            cursor.execute("VACUUM (ANALYZE)")
            for table in tables:
                cursor.execute(f"SELECT count(*) FROM {table.name}")
                rows[f"{service}.{table.name}"] = cursor.fetchone()[0]
    return rows


class History:
    """The copying in one database, by the superuser, within a transaction."""

    def __init__(self, cursor: Any, copies: int) -> None:
        self.cursor, self.copies = cursor, copies
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_PAST_ID)
        self.system_accounts = self._system_accounts()

    def copy(self, table: Table) -> None:
        """Copy a table's rows, the oldest copy first."""
        columns = dict(self._expressions(table))
        names, values = ", ".join(columns), ", ".join(columns.values())
        self.cursor.execute(f"CREATE TEMP TABLE present AS SELECT * FROM {table.name} WHERE {table.where}")
        for back in range(min(self.copies, table.hours or self.copies), 0, -1):
            self.cursor.execute(
                f"INSERT INTO {table.name} ({names}) OVERRIDING SYSTEM VALUE SELECT {values} FROM present",
                {"back": back, "accounts": self.system_accounts},
            )
        if table.older and table.hours and table.hours < self.copies:
            self.cursor.execute(table.older)
        self.cursor.execute("DROP TABLE present")
        for column in columns:
            self.cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table.name, column])
            if sequence := self.cursor.fetchone()[0]:
                self.cursor.execute(
                    f"SELECT setval(%s, (SELECT max({column}) FROM {table.name}))", [sequence]
                )

    def finish(self, service: str) -> None:
        """Adapt what there is once."""
        if service in AFTERWARDS:
            self.cursor.execute(
                AFTERWARDS[service], {"copies": self.copies, "accounts": self.system_accounts}
            )

    def _expressions(self, table: Table) -> Iterator[tuple[str, str]]:
        """Each column with the SQL of its value in a copy."""
        self.cursor.execute(_COLUMNS, [table.name])
        types: dict[str, str] = dict(self.cursor.fetchall())
        ids = {name for name, type in types.items() if type == "uuid"} - KEPT
        self.cursor.execute(_UNIQUE, [table.name])
        # With an id in it, which every copy has anew, an index is unique again.
        to_change = {name for (names,) in self.cursor.fetchall() if not ids & set(names) for name in names}
        for name, type in types.items():
            if name in table.values:
                yield name, table.values[name]
            elif name == "account_id":
                past = f"pg_temp.past_id({name}, %(back)s)"
                yield name, f"CASE WHEN {name} = ANY(%(accounts)s::uuid[]) THEN {name} ELSE {past} END"
            elif name in ids:
                yield name, f"pg_temp.past_id({name}, %(back)s)"
            elif type.startswith("timestamp"):
                yield name, f"{name} - %(back)s * interval '1 hour'"
            elif name in table.counted or (name in to_change and type in ("integer", "bigint")):
                yield name, f"{name} + %(back)s * {self._span(table.name, name)}"
            elif name in to_change and type in ("character varying", "text"):
                yield name, f"{name} || 'x' || %(back)s"
            else:
                yield name, name

    def _span(self, table: str, column: str) -> int:
        self.cursor.execute(f"SELECT coalesce(max({column}) - min({column}), 0) + 1 FROM {table}")
        return int(self.cursor.fetchone()[0])

    def _system_accounts(self) -> list[str]:
        self.cursor.execute("SELECT to_regclass('ledger_ledgeraccount') IS NOT NULL")
        if not self.cursor.fetchone()[0]:
            return []
        self.cursor.execute("SELECT id::text FROM ledger_ledgeraccount WHERE kind <> 'customer_cash'")
        return [id for (id,) in self.cursor.fetchall()]


def past_id(id: UUID, back: int) -> UUID:
    """What ``pg_temp.past_id`` gives."""
    digest = md5(f"{id}{back}".encode()).hexdigest()
    time = int(id.hex[:12], 16) - back * 3_600_000
    return UUID(f"{time:012x}7{digest[:3]}{str(id)[19]}{digest[3:18]}")
