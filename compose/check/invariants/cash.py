"""I14 and I16: what is set aside is for open orders, and all money came from outside or went there."""

from __future__ import annotations

from compose.check.invariants.orders import rounded, worst_fee
from compose.check.model import Invariant, Rows, SameRows

# What the rest of an order may cost at most: trading's charges.hold_left. Of an order of before there was a
# fee schedule, whose hold was rounded otherwise: all that is not spent.
_LEFT = f"""
CASE WHEN fee_rate IS NULL OR filled_quantity = 0 THEN hold_amount - amount - fee
     ELSE (worst_amount + {worst_fee("worst_amount")} - amount - fee)::bigint END
"""

I14 = Invariant(
    "I14",
    "pending holds are those of open buys, and each has left what the rest may cost; held units are those of "
    "open sells",
    always=False,
    checks=(
        SameRows(
            "the pending holds are not those of the open buys",
            "order_id",
            (
                "trading",
                f"""
                SELECT id AS order_id, user_id, hold_amount AS amount, amount + fee AS captured, {_LEFT} AS
                left
                FROM orders_order CROSS JOIN LATERAL (
                    SELECT {rounded("filled_value + cap_price * (quantity - filled_quantity)")}
                ) AS worst (worst_amount)
                WHERE side = 'buy' AND status IN ('accepted', 'working', 'partially_filled')
                /* since: id */
                """,
            ),
            (
                "billing",
                """
                SELECT order_id, user_id, amount, captured, amount - captured - released AS left FROM
                holds_hold
                WHERE state = 'pending' /* since: order_id */
                """,
            ),
        ),
        Rows(
            "the held units are not those of the open sells",
            "trading",
            """
            SELECT user_id, instrument_id, held_quantity, open.quantity AS open_sells
            FROM positions_position FULL JOIN (
                SELECT user_id, instrument_id, sum(quantity - filled_quantity) AS quantity FROM orders_order
                WHERE side = 'sell' AND status IN ('accepted', 'working', 'partially_filled') GROUP BY 1, 2
            ) AS open USING (user_id, instrument_id)
            WHERE coalesce(held_quantity, 0) <> coalesce(open.quantity, 0)
            """,
        ),
    ),
)


def _not_as_booked(kind: str, amount: str) -> str:
    """The query for deposits or withdrawals that are not their journal entries, and the other way round."""
    return f"""
        SELECT made.id AS {kind}_id, made.user_id, made.amount, booked.id AS journal_entry_id,
               booked.user_id AS booked_user_id, booked.amount AS booked
        FROM cash_{kind} AS made
        FULL JOIN (
            SELECT entry.id, account.user_id, sum({amount}) AS amount
            FROM ledger_journalentry AS entry
            LEFT JOIN (
                ledger_ledgerentry AS leg JOIN ledger_ledgeraccount AS account
                    ON account.id = leg.account_id AND account.kind = 'customer_cash'
            ) ON leg.journal_entry_id = entry.id
            WHERE entry.type = '{kind}' GROUP BY 1, 2
        ) AS booked ON booked.id = made.journal_entry_id
        WHERE (made.amount, made.user_id) IS DISTINCT FROM (booked.amount, booked.user_id)
    """


I16 = Invariant(
    "I16",
    "customers' cash and the house's are what was deposited, less what was withdrawn and reversed",
    always=False,
    checks=(
        Rows(
            "the money inside is not what came in, less what went out",
            "billing",
            """
            SELECT currency, inside.total AS inside, deposited.total AS deposited,
                   withdrawn.total AS withdrawn, reversed.total AS reversed
            FROM (
                SELECT currency, sum(balance) AS total FROM ledger_ledgeraccount
                WHERE kind <> 'external' GROUP BY 1
            ) AS inside
            FULL JOIN (SELECT currency, sum(amount) AS total FROM cash_deposit GROUP BY 1) AS deposited
                USING (currency)
            FULL JOIN (SELECT currency, sum(amount) AS total FROM cash_withdrawal GROUP BY 1) AS withdrawn
                USING (currency)
            LEFT JOIN (
                SELECT leg.currency, sum(leg.amount) AS total
                FROM ledger_journalentry AS entry
                JOIN ledger_ledgerentry AS leg ON leg.journal_entry_id = entry.id
                JOIN ledger_ledgeraccount AS account ON account.id = leg.account_id
                WHERE entry.type = 'reversal' AND account.kind = 'external' GROUP BY 1
            ) AS reversed USING (currency)
            WHERE coalesce(inside.total, 0) <>
                coalesce(deposited.total, 0) - coalesce(withdrawn.total, 0) - coalesce(reversed.total, 0)
            """,
        ),
        Rows(
            "a reversal that does not undo what it reverses",
            "billing",
            """
            SELECT entry.id, entry.reverses_id, rest.account_id, rest.amount
            FROM ledger_journalentry AS entry
            CROSS JOIN LATERAL (
                SELECT account_id, sum(amount) AS amount FROM ledger_ledgerentry
                WHERE journal_entry_id IN (entry.id, entry.reverses_id) GROUP BY 1 HAVING sum(amount) <> 0
            ) AS rest
            WHERE entry.reverses_id IS NOT NULL /* since: entry.id */
            """,
        ),
        Rows(
            "a settlement that was reversed: its money went back, its units did not",
            "billing",
            """
            WITH RECURSIVE undone (id, number, order_id, reversal, counts) AS (
                SELECT entry.id, entry.number, entry.order_id, reversal.id, false
                FROM ledger_journalentry AS reversal
                JOIN ledger_journalentry AS entry ON entry.id = reversal.reverses_id
                WHERE entry.type = 'order_settlement' /* since: reversal.id */
                UNION ALL
                SELECT undone.id, undone.number, undone.order_id, next.id, NOT undone.counts
                FROM undone JOIN ledger_journalentry AS next ON next.reverses_id = undone.reversal
            )
            SELECT id, number, order_id, reversal FROM undone
            WHERE NOT counts
            AND NOT EXISTS (SELECT FROM ledger_journalentry WHERE reverses_id = undone.reversal)
            """,
        ),
        Rows("a deposit is not what was booked for it", "billing", _not_as_booked("deposit", "leg.amount")),
        Rows(
            "a withdrawal is not what was booked for it",
            "billing",
            _not_as_booked("withdrawal", "-leg.amount"),
        ),
    ),
)
