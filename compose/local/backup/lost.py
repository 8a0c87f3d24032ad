"""What a system has acknowledged, to be compared with what a restored copy of it knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from typing import NamedTuple

from compose.local import databases, secrets, system_owner
from compose.local.paths import Home
from compose.system import SUPERUSER
from servicekit.ids import first_id
from servicekit.money import to_text

#: What a customer was told that it is there: in words → database, and its id, amount and currency.
ACKNOWLEDGED = {
    "users": ("user", "SELECT id::text, 0, '' FROM accounts_user"),
    "orders": ("trading", "SELECT id::text, 0, '' FROM orders_order"),
    "fills": ("trading", "SELECT id::text, 0, '' FROM orders_fill"),
    "deposits": ("billing", "SELECT id::text, amount, currency FROM cash_deposit"),
    "withdrawals": ("billing", "SELECT id::text, amount, currency FROM cash_withdrawal"),
}


class Record(NamedTuple):
    """One of them. ``amount``: minor units of ``currency``; 0 and "" of what is no money."""

    id: str
    amount: int
    currency: str


Records = Mapping[str, frozenset[Record]]


def acknowledged(home: Home, since: datetime) -> Records:
    """What a running system has of each kind, by words.

    Args:
        since: what was made before is left out; ids are UUIDv7, whose order is that of time.
    """
    passwords = system_owner.as_owner(home, lambda: secrets.load(home))
    found: dict[str, frozenset[Record]] = {}
    for words, (database, query) in ACKNOWLEDGED.items():
        login = {"role": SUPERUSER, "password": passwords[SUPERUSER], "database": database}
        with closing(databases.connect(home, **login)) as connection, connection.cursor() as cursor:
            cursor.execute(f"{query} WHERE id >= %s::uuid", [str(first_id(since))])
            found[words] = frozenset(Record(*row) for row in cursor.fetchall())
    return found


def without(records: Records, known: Records) -> Records:
    """Those that are not among the known."""
    return {words: there - known[words] for words, there in records.items()}


def in_words(records: Records) -> list[str]:
    """A line for each kind of which there is any: ``3 deposits of 450.00 USD``."""
    lines = []
    for words, there in records.items():
        sums: Counter[str] = Counter()
        for record in there:
            if record.currency:
                sums[record.currency] += record.amount
        money = " and ".join(f"{to_text(amount, currency)} {currency}" for currency, amount in sums.items())
        if there:
            counted = words if len(there) > 1 else words.removesuffix("s")
            lines.append(f"{len(there):,} {counted}{f' of {money}' if money else ''}")
    return lines
