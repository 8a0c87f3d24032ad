"""I1 to I5: the books of billing_service by themselves."""

from __future__ import annotations

from compose.check.model import Invariant, Rows

I1 = Invariant(
    "I1",
    "every journal entry has two legs or more, and they sum to zero per currency",
    always=True,
    checks=(
        Rows(
            "fewer than two legs",
            "billing",
            """
            SELECT entry.id, entry.type, count(leg.id) AS legs
            FROM ledger_journalentry AS entry
            LEFT JOIN ledger_ledgerentry AS leg
                ON leg.journal_entry_id = entry.id /* since: leg.journal_entry_id */
            WHERE true /* since: entry.id */
            GROUP BY entry.id HAVING count(leg.id) < 2
            """,
        ),
        Rows(
            "out of balance",
            "billing",
            """
            SELECT journal_entry_id, currency, sum(amount) AS total
            FROM ledger_ledgerentry WHERE true /* since: journal_entry_id */
            GROUP BY 1, 2 HAVING sum(amount) <> 0
            """,
        ),
        Rows(
            "a leg of no journal entry",
            "billing",
            """
            SELECT leg.id, leg.journal_entry_id, leg.amount FROM ledger_ledgerentry AS leg
            WHERE NOT EXISTS (
                SELECT FROM ledger_journalentry AS entry WHERE id = leg.journal_entry_id /* since: entry.id */
            )
            /* since: leg.journal_entry_id */
            """,
        ),
        Rows(
            "a leg in another currency than its account",
            "billing",
            """
            SELECT leg.id, leg.currency, account.id AS account_id, account.currency AS account_currency
            FROM ledger_ledgerentry AS leg JOIN ledger_ledgeraccount AS account ON account.id = leg.account_id
            WHERE leg.currency <> account.currency /* since: leg.journal_entry_id */
            """,
        ),
    ),
)

I2 = Invariant(
    "I2",
    "the whole ledger is in one currency and sums to zero",
    always=True,
    checks=(
        Rows(
            "the entries do not sum to zero",
            "billing",
            """
            SELECT currency, sum(amount) AS total
            FROM ledger_ledgerentry GROUP BY 1 HAVING sum(amount) <> 0
            """,
        ),
        Rows(
            "the balances do not sum to zero",
            "billing",
            """
            SELECT currency, sum(balance) AS total
            FROM ledger_ledgeraccount GROUP BY 1 HAVING sum(balance) <> 0
            """,
        ),
        Rows(
            "accounts in more than one currency",
            "billing",
            """
            SELECT currency, count(*) AS accounts FROM ledger_ledgeraccount
            GROUP BY 1 HAVING (SELECT min(currency) <> max(currency) FROM ledger_ledgeraccount)
            """,
        ),
    ),
)

I3 = Invariant(
    "I3",
    "a balance is the sum of its account's entries; a customer's is never negative, 0 ≤ held ≤ balance",
    always=True,
    checks=(
        Rows(
            "the balance is not the sum of the entries",
            "billing",
            """
            SELECT account.id, account.kind, account.balance, coalesce(sum(leg.amount), 0) AS entries
            FROM ledger_ledgeraccount AS account
            LEFT JOIN ledger_ledgerentry AS leg ON leg.account_id = account.id
            GROUP BY account.id HAVING account.balance <> coalesce(sum(leg.amount), 0)
            """,
        ),
        Rows(
            "a customer owes, or holds more than there is",
            "billing",
            """
            SELECT id, kind, user_id, balance, held FROM ledger_ledgeraccount
            WHERE held < 0 OR (kind = 'customer_cash' AND (balance < 0 OR held > balance))
            """,
            few=True,
        ),
        Rows(
            "the balance is not what the last entry left",
            "billing",
            """
            SELECT account.id, account.kind, balance, last_number, leg.balance_after
            FROM ledger_ledgeraccount AS account
            LEFT JOIN ledger_ledgerentry AS leg
                ON leg.account_id = account.id AND leg.number = account.last_number
            WHERE balance <> coalesce(leg.balance_after, 0) OR (leg.id IS NULL AND last_number <> 0)
            """,
        ),
        Rows(
            "an entry's balance_after does not follow from the entry before it",
            "billing",
            """
            SELECT leg.account_id, leg.number, leg.amount, leg.balance_after, before.balance_after AS before
            FROM ledger_ledgerentry AS leg
            LEFT JOIN ledger_ledgerentry AS before
                ON before.account_id = leg.account_id AND before.number = leg.number - 1
            WHERE (leg.balance_after <> coalesce(before.balance_after, 0) + leg.amount
                   OR (before.id IS NULL AND leg.number <> 1))
            /* since: leg.journal_entry_id */
            """,
        ),
    ),
)

I4 = Invariant(
    "I4",
    "what an account holds is the sum of its pending holds",
    always=True,
    checks=(
        Rows(
            "held is not the sum of the pending holds",
            "billing",
            """
            SELECT account.id, account.user_id, account.held,
                   coalesce(sum(hold.amount - hold.captured - hold.released), 0) AS pending
            FROM ledger_ledgeraccount AS account
            LEFT JOIN holds_hold AS hold ON hold.account_id = account.id AND hold.state = 'pending'
            GROUP BY account.id
            HAVING account.held <> coalesce(sum(hold.amount - hold.captured - hold.released), 0)
            """,
            few=True,
        ),
    ),
)

I5 = Invariant(
    "I5",
    "of a hold, captured + released ≤ amount, and = once it is final; it is captured once per fill",
    always=True,
    checks=(
        Rows(
            "a final hold that is neither spent nor released in full",
            "billing",
            """
            SELECT order_id, state, amount, captured, released FROM holds_hold
            WHERE state <> 'pending' AND captured + released <> amount /* since: order_id */
            """,
        ),
        Rows(
            "a hold of which more is gone than there was",
            "billing",
            """
            SELECT order_id, state, amount, captured, released FROM holds_hold
            WHERE (captured + released > amount OR captured < 0 OR released < 0) /* since: order_id */
            """,
        ),
        Rows(
            "a fill paid twice",
            "billing",
            """
            SELECT fill_id, count(*) AS entries FROM ledger_journalentry
            WHERE fill_id IS NOT NULL /* since: fill_id */ GROUP BY 1 HAVING count(*) > 1
            """,
        ),
        Rows(
            "what a hold lost is not what its order's fills cost",
            "billing",
            """
            SELECT order_id, hold.state, hold.captured, bought.total AS booked
            FROM (
                SELECT order_id, state, captured FROM holds_hold WHERE true /* since: order_id */
            ) AS hold
            FULL JOIN (
                SELECT entry.order_id, -sum(leg.amount) AS total
                FROM ledger_journalentry AS entry
                JOIN ledger_ledgerentry AS leg ON leg.journal_entry_id = entry.id
                JOIN ledger_ledgeraccount AS account ON account.id = leg.account_id
                WHERE account.kind = 'customer_cash' AND entry.type = 'order_settlement'
                /* since: entry.order_id */ /* since: leg.journal_entry_id */
                GROUP BY entry.order_id HAVING bool_or(leg.kind = 'buy')
            ) AS bought USING (order_id)
            WHERE coalesce(hold.captured, 0) <> coalesce(bought.total, 0)
            """,
        ),
    ),
)
