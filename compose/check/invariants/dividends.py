"""I20: a dividend is paid to whoever held units at its record, once, for each unit."""

from __future__ import annotations

from compose.check.invariants.orders import minor
from compose.check.model import Invariant, Rows, SameRows

# What a customer held of an instrument at a moment, from the fills and the splits.
_HELD = """
SELECT dividend_id, user_id, sum(units)::bigint AS quantity FROM (
    SELECT dividend.id AS dividend_id, orders.user_id,
           CASE side WHEN 'buy' THEN fill.quantity ELSE -fill.quantity END AS units
    FROM dividends_dividend AS dividend
    JOIN orders_order AS orders USING (instrument_id)
    JOIN orders_fill AS fill ON fill.order_id = orders.id AND fill.executed_at <= recorded_at
    UNION ALL
    SELECT dividend.id, share.user_id, share.quantity - share.old_quantity
    FROM dividends_dividend AS dividend
    JOIN splits_split AS split USING (instrument_id)
    JOIN splits_splitshare AS share ON share.split_id = split.id AND split.recorded_at <= dividend.recorded_at
) AS moved GROUP BY 1, 2
"""

I20 = Invariant(
    "I20",
    "of every dividend, each holder is paid once, for the units held at its record; the venue, trading and "
    "billing agree",
    always=False,
    checks=(
        SameRows(
            "a dividend is not completed as it was recorded",
            "id",
            (
                "market",
                """
                SELECT id, units, holders, amount FROM corporate_actions_corporateaction
                WHERE type = 'dividend' AND state IN ('started', 'completed')
                """,
            ),
            (
                "trading",
                """
                SELECT id, held_units AS units, holders, amount FROM dividends_dividend
                WHERE completed_at IS NOT NULL
                """,
            ),
        ),
        Rows(
            "the shares of a dividend are not its sums",
            "trading",
            """
            SELECT dividend.id, holders, held_units, amount, shares.*
            FROM dividends_dividend AS dividend
            CROSS JOIN LATERAL (
                SELECT count(*) AS shares, coalesce(sum(quantity), 0) AS shares_units,
                       coalesce(sum(share.amount), 0) AS shares_amount
                FROM dividends_dividendallocation AS share WHERE dividend_id = dividend.id
            ) AS shares
            WHERE (holders, held_units, amount) <> (shares, shares_units, shares_amount)
            """,
        ),
        Rows(
            "a share is not what the holder's units earn",
            "trading",
            f"""
            SELECT dividend_id, user_id, held.quantity AS held, share.quantity, share.amount, per_unit
            FROM ({_HELD}) AS held
            FULL JOIN dividends_dividendallocation AS share USING (dividend_id, user_id)
            JOIN dividends_dividend AS dividend ON dividend.id = dividend_id
            WHERE completed_at IS NOT NULL AND (
                coalesce(held.quantity, 0) <> coalesce(share.quantity, 0)
                OR share.amount <> floor({minor("share.quantity * per_unit")})
            )
            """,
        ),
        SameRows(
            "the shares are not what was paid",
            "share_id",
            (
                "trading",
                """
                SELECT id AS share_id, user_id, quantity, amount FROM dividends_dividendallocation
                WHERE amount > 0
                """,
            ),
            (
                "billing",
                """
                SELECT source_id AS share_id, account.user_id, entry.quantity, leg.amount
                FROM ledger_journalentry AS entry
                JOIN ledger_ledgerentry AS leg ON leg.journal_entry_id = entry.id
                JOIN ledger_ledgeraccount AS account ON account.id = leg.account_id
                    AND account.kind = 'customer_cash'
                WHERE entry.type = 'dividend'
                """,
            ),
        ),
    ),
)
