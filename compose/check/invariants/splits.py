"""I21: a split makes of every position what its ratio says, once; no order of before executes after it."""

from __future__ import annotations

from compose.check.invariants.orders import minor
from compose.check.model import Invariant, Rows, SameRows

# What a customer held of an instrument at a split: the fills until then, and what earlier splits made of it.
_HELD = """
SELECT split_id, user_id, sum(units)::bigint AS quantity FROM (
    SELECT split.id AS split_id, orders.user_id,
           CASE side WHEN 'buy' THEN fill.quantity ELSE -fill.quantity END AS units
    FROM splits_split AS split
    JOIN orders_order AS orders USING (instrument_id)
    JOIN orders_fill AS fill ON fill.order_id = orders.id AND fill.executed_at <= split.recorded_at
    WHERE applied_at IS NOT NULL
    UNION ALL
    SELECT split.id, share.user_id, share.quantity - share.old_quantity
    FROM splits_split AS split
    JOIN splits_split AS earlier USING (instrument_id)
    JOIN splits_splitshare AS share ON share.split_id = earlier.id
    WHERE split.applied_at IS NOT NULL AND earlier.number < split.number
) AS moved GROUP BY 1, 2 HAVING sum(units) <> 0
"""

I21 = Invariant(
    "I21",
    "of every split, each position becomes what the ratio says, once, and a fraction is paid at the price "
    "after it; the venue, trading and billing agree; no order of old units executes after it",
    always=False,
    checks=(
        SameRows(
            "a split is not completed as it was recorded",
            "id",
            (
                "market",
                """
                SELECT id, number, units, units_after, holders, amount FROM corporate_actions_corporateaction
                WHERE type = 'split' AND state IN ('started', 'completed')
                """,
            ),
            (
                "trading",
                """
                SELECT id, number, old_quantity AS units, quantity AS units_after, holders, amount
                FROM splits_split WHERE completed_at IS NOT NULL
                """,
            ),
        ),
        SameRows(
            "an instrument has not the same splits everywhere",
            "id",
            ("market", "SELECT id, splits FROM instruments_instrument WHERE splits > 0"),
            ("trading", "SELECT id, splits FROM reference_listedinstrument WHERE splits > 0"),
        ),
        Rows(
            "the shares of a split are not its sums",
            "trading",
            """
            SELECT split.id, holders, old_quantity, quantity, amount, shares.*
            FROM splits_split AS split
            CROSS JOIN LATERAL (
                SELECT count(*) AS shares, coalesce(sum(share.old_quantity), 0) AS shares_before,
                       coalesce(sum(share.quantity), 0) AS shares_after,
                       coalesce(sum(share.amount), 0) AS shares_amount
                FROM splits_splitshare AS share WHERE split_id = split.id
            ) AS shares
            WHERE (holders, old_quantity, quantity, amount)
                  <> (shares, shares_before, shares_after, shares_amount)
            """,
        ),
        Rows(
            "a position was not all that its customer held",
            "trading",
            f"""
            SELECT split_id, user_id, held.quantity AS held, old_quantity
            FROM ({_HELD}) AS held FULL JOIN splits_splitshare AS share USING (split_id, user_id)
            WHERE coalesce(held.quantity, 0) <> coalesce(old_quantity, 0)
            """,
        ),
        Rows(
            "a position did not become what the ratio says",
            "trading",
            f"""
            SELECT split_id, user_id, share.old_quantity, share.quantity, share.amount, old_units, new_units
            FROM splits_splitshare AS share JOIN splits_split AS split ON split.id = split_id
            WHERE share.quantity <> div(share.old_quantity::numeric * new_units, old_units)
               OR share.amount <> floor(
                    ({minor("price * mod(share.old_quantity::numeric * new_units, old_units)")}) / old_units)
            """,
        ),
        Rows(
            "an order of old units was executed after a split",
            "trading",
            """
            SELECT fill.id AS fill_id, order_id, orders.splits, split.number, executed_at, recorded_at
            FROM splits_split AS split
            JOIN orders_order AS orders ON orders.instrument_id = split.instrument_id
                AND orders.splits < split.number
            JOIN orders_fill AS fill ON fill.order_id = orders.id AND fill.executed_at > split.recorded_at
            """,
        ),
        SameRows(
            "the fractions are not what was paid",
            "share_id",
            (
                "trading",
                "SELECT id AS share_id, user_id, amount FROM splits_splitshare WHERE amount > 0",
            ),
            (
                "billing",
                """
                SELECT source_id AS share_id, account.user_id, leg.amount
                FROM ledger_journalentry AS entry
                JOIN ledger_ledgerentry AS leg ON leg.journal_entry_id = entry.id
                JOIN ledger_ledgeraccount AS account ON account.id = leg.account_id
                    AND account.kind = 'customer_cash'
                WHERE entry.type = 'split'
                """,
            ),
        ),
    ),
)
