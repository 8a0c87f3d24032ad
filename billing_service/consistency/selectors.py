"""The consistency queries. Each row they return is a breach.

SQL, because each compares whole sets at one moment, and no row that is right leaves the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from billing_service.ledger.models import LedgerAccount, LedgerEntry
from billing_service.ledger.selectors import chain_breaks

# Measured by turns, 21 runs, with 40 customers and 80 journal entries: the ORM takes 10 times as long for
# _UNBALANCED, and with its subqueries 4 to 5 times for the others.

#: New entries whose legs do not sum to zero, or that have none.
_UNBALANCED = """
SELECT NULL::uuid, entry.number,
    format('journal entry %%s is out of balance: %%s %%s', entry.number, leg.currency, sum(leg.amount))
FROM ledger_journalentry AS entry LEFT JOIN ledger_ledgerentry AS leg ON leg.journal_entry_id = entry.id
WHERE entry.number > %(after)s AND entry.number <= %(until)s
GROUP BY entry.number, leg.currency HAVING sum(leg.amount) IS DISTINCT FROM 0
"""

#: Legs of new entries whose balance does not follow from the leg before.
_UNSTEADY = """
SELECT leg.account_id, entry.number,
    format('leg %%s: %%s and %%s do not make %%s',
        leg.number, before.balance_after, leg.amount, leg.balance_after)
FROM ledger_journalentry AS entry
JOIN ledger_ledgerentry AS leg ON leg.journal_entry_id = entry.id
LEFT JOIN ledger_ledgerentry AS before
    ON before.account_id = leg.account_id AND before.number = leg.number - 1
WHERE entry.number > %(after)s AND entry.number <= %(until)s
AND leg.balance_after IS DISTINCT FROM
    CASE WHEN leg.number = 1 THEN leg.amount ELSE before.balance_after + leg.amount END
"""

#: Accounts, of the new entries or in turn, whose balance is not that of their latest leg.
_BALANCE = """
SELECT account.id, NULL::bigint,
    format('the balance is %%s, after leg %%s it was %%s', account.balance, account.last_number,
        coalesce(leg.balance_after, 0))
FROM ledger_ledgeraccount AS account
LEFT JOIN ledger_ledgerentry AS leg ON leg.account_id = account.id AND leg.number = account.last_number
WHERE account.id IN (
    SELECT leg.account_id FROM ledger_journalentry AS entry
    JOIN ledger_ledgerentry AS leg ON leg.journal_entry_id = entry.id
    WHERE entry.number > %(after)s AND entry.number <= %(until)s
    UNION
    SELECT unnest(%(accounts)s::uuid[])
)
AND (
    account.balance <> coalesce(leg.balance_after, 0) OR account.last_number > 0 AND leg.id IS NULL
    OR EXISTS (
        SELECT FROM ledger_ledgerentry WHERE account_id = account.id AND number = account.last_number + 1
    )
)
"""

#: Accounts of which more or less is held than their pending holds set aside.
_HELD = """
SELECT account.id, NULL::bigint,
    format('%%s is held, the pending holds are %%s', account.held, coalesce(pending.total, 0))
FROM ledger_ledgeraccount AS account
LEFT JOIN (
    SELECT account_id, sum(amount - captured - released) AS total
    FROM holds_hold WHERE state = 'pending' GROUP BY 1
) AS pending ON pending.account_id = account.id
WHERE account.held <> coalesce(pending.total, 0)
"""


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach: its description, and the account or journal entry concerned."""

    account_id: UUID | None
    number: int | None
    detail: str


def journal_breaches(*, after: int, until: int) -> list[Breach]:
    """What is wrong with the journal entries of numbers ``after + 1`` to ``until``."""
    part = {"after": after, "until": until}
    broken = [
        Breach(None, each.number, f"journal entry {each.number} has hash {each.hash}, not {each.expected}")
        for each in chain_breaks(after=after, until=until)
    ]
    return broken + _rows(_UNBALANCED, part) + _rows(_UNSTEADY, part)


def balance_breaches(*, after: int, until: int, accounts: list[UUID]) -> list[Breach]:
    """Accounts whose balance is not that of their latest leg: of these entries, and those given."""
    return _rows(_BALANCE, {"after": after, "until": until, "accounts": accounts})


def held_breaches() -> list[Breach]:
    """Accounts whose ``held`` is not the sum of their pending holds. Looks at all of them."""
    return _rows(_HELD, {})


def customers_of(*, numbers: list[int]) -> list[UUID]:
    """The customers' accounts that journal entries moved."""
    legs = LedgerEntry.objects.filter(
        journal_entry__number__in=numbers, account__kind=LedgerAccount.Kind.CUSTOMER_CASH
    )
    return list(legs.order_by("account_id").values_list("account_id", flat=True).distinct())


def _rows(query: str, params: dict[str, Any]) -> list[Breach]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return [Breach(*row) for row in cursor.fetchall()]
