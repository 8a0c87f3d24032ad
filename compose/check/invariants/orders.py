"""I7 and I13: orders by themselves, and the same order in every service."""

from __future__ import annotations

from compose.check.invariants.messages import ALERTS, DELIVERIES
from compose.check.model import Invariant, Rows, SameRows
from servicekit.money import EXPONENTS


def minor(value: str) -> str:
    """An exact value in minor units of ``currency``, as SQL; not rounded."""
    scales = " ".join(f"WHEN '{currency}' THEN {10**digits}" for currency, digits in EXPONENTS.items())
    return f"({value}) * CASE currency {scales} END"


def rounded(value: str) -> str:
    """An exact value in whole minor units, as SQL: servicekit.money.amount_minor."""
    return f"CASE side WHEN 'buy' THEN ceil({minor(value)}) ELSE floor({minor(value)}) END"


_MAKER_RATE = "coalesce(maker_fee_rate, fee_rate)"


def _fee(amount: str) -> str:
    """The fee on a rounded amount, as SQL: trading's charges.charge."""
    dear = f"CASE WHEN {_MAKER_RATE} > fee_rate THEN maker_value ELSE filled_value - maker_value END"
    exact = f"{amount} * least(fee_rate, {_MAKER_RATE}) + ({rounded(dear)}) * abs(fee_rate - {_MAKER_RATE})"
    fee = f"CASE WHEN {exact} > 0 THEN greatest(ceil({exact}), minimum_fee) ELSE 0 END"
    return f"CASE side WHEN 'buy' THEN {fee} ELSE least({fee}, {amount}) END"


def worst_fee(amount: str) -> str:
    """The highest fee on a rounded amount, as SQL: trading's charges.worst_charge."""
    exact = f"{amount} * greatest(fee_rate, {_MAKER_RATE})"
    return f"CASE WHEN {exact} > 0 THEN greatest(ceil({exact}), minimum_fee) ELSE 0 END"


# A fill of before there were parts has no value of its own.
_VALUE = "coalesce(value, price * quantity)"

I7 = Invariant(
    "I7",
    "per customer and Idempotency-Key one order at most; no more is filled than was ordered; amount, fee and "
    "hold are what fills, price bound and fee schedule say",
    always=True,
    checks=(
        Rows(
            "one key, several orders",
            "trading",
            """
            SELECT user_id, client_order_id, count(*) AS orders
            FROM orders_order WHERE true /* since: id */ GROUP BY 1, 2 HAVING count(*) > 1
            """,
        ),
        Rows(
            "filled above what was ordered, or other than its fills",
            "trading",
            """
            SELECT id, status, orders.quantity, filled_quantity, coalesce(fills.quantity, 0) AS fills
            FROM orders_order AS orders
            LEFT JOIN (
                SELECT order_id, sum(quantity) AS quantity FROM orders_fill
                WHERE true /* since: order_id */ GROUP BY 1
            ) AS fills ON fills.order_id = orders.id
            WHERE (filled_quantity > orders.quantity OR filled_quantity <> coalesce(fills.quantity, 0))
            /* since: orders.id */
            """,
        ),
        Rows(
            "amount, fee or hold is not what prices, quantity and fee schedule say",
            "trading",
            f"""
            SELECT orders.id, side, filled_value, maker_value, orders.amount, orders.fee, hold_amount,
            fee_rate,
                   maker_fee_rate, fills.*, charge.*, hold.*
            FROM orders_order AS orders
            LEFT JOIN (
                SELECT order_id, sum({_VALUE}) AS fills_value, sum(amount) AS fills_amount,
                       sum(fee) AS fills_fee,
                       sum({_VALUE}) FILTER (WHERE liquidity = 'maker') AS fills_maker_value
                FROM orders_fill WHERE true /* since: order_id */ GROUP BY 1
            ) AS fills ON fills.order_id = orders.id
            CROSS JOIN LATERAL (
                SELECT {rounded("coalesce(fills_value, 0)")} AS due_amount
            ) AS charge
            CROSS JOIN LATERAL (
                SELECT {rounded("cap_price * orders.quantity")} AS bound_amount
            ) AS hold
            WHERE fee_rate IS NOT NULL AND (
                (orders.amount, orders.fee, filled_value, maker_value)
                    <> (coalesce(fills_amount, 0), coalesce(fills_fee, 0), coalesce(fills_value, 0),
                        coalesce(fills_maker_value, 0))
                OR (orders.amount, orders.fee) <> (due_amount, {_fee("due_amount")})
                OR (hold_amount <> 0 OR (side = 'buy' AND status <> 'rejected'))
                    AND (side, hold_amount) IS DISTINCT FROM
                        ('buy', bound_amount + {worst_fee("bound_amount")})
                OR side = 'buy' AND fills_value > cap_price * filled_quantity
                OR side = 'sell' AND fills_value < cap_price * filled_quantity
            )
            /* since: orders.id */
            """,
        ),
        Rows(
            "a fill that is not the sum of its executions",
            "trading",
            """
            SELECT fill.id, order_id, quantity, value, executed.*
            FROM orders_fill AS fill CROSS JOIN LATERAL (
                SELECT sum((execution ->> 2)::bigint) AS units,
                       sum((execution ->> 2)::bigint * (execution ->> 3)::numeric) AS worth,
                       bool_and(execution ->> 4 = liquidity) AS alike
                FROM jsonb_array_elements(executions) AS execution
            ) AS executed
            WHERE executions <> '[]' AND (quantity, value, true) IS DISTINCT FROM (units, worth, alike)
            /* since: fill.id */
            """,
        ),
        Rows(
            "one key, several deposits or withdrawals",
            "billing",
            """
            SELECT user_id, idempotency_key, count(*) AS times
            FROM (
                SELECT user_id, idempotency_key FROM cash_deposit WHERE true /* since: id */
                UNION ALL
                SELECT user_id, idempotency_key FROM cash_withdrawal WHERE true /* since: id */
            ) AS made
            GROUP BY 1, 2 HAVING count(*) > 1
            """,
        ),
    ),
)

_FILLS = """
SELECT fill.id AS fill_id, order_id, user_id, side, fill.quantity, fill.amount, fill.fee
FROM orders_fill AS fill JOIN orders_order AS orders ON orders.id = order_id
WHERE (fill.amount, fill.fee) <> (0, 0) /* since: fill.id */
"""

# A fill of an order that was executed whole by the version before is one execution of its own id.
_EXECUTIONS = """
SELECT execution_id, order_id, instrument_id, side, executed.quantity, executed.price
FROM (
    SELECT (execution ->> 0)::uuid AS execution_id, order_id, (execution ->> 2)::bigint AS quantity,
           (execution ->> 3)::numeric AS price
    FROM orders_fill, jsonb_array_elements(executions) AS execution
    UNION ALL
    SELECT id, order_id, quantity, price FROM orders_fill
    WHERE executions IS NULL OR executions = '[]'
) AS executed
JOIN orders_order AS orders ON orders.id = order_id
WHERE true /* since: execution_id */
"""

_PAID_FILLS = """
SELECT entry.fill_id, entry.order_id, paid.user_id, paid.side, entry.quantity, paid.amount, paid.fee
FROM ledger_journalentry AS entry
LEFT JOIN (
    SELECT journal_entry_id, user_id, max(leg.kind) FILTER (WHERE leg.kind <> 'fee') AS side,
           sum(CASE leg.kind WHEN 'buy' THEN -amount WHEN 'sell' THEN amount ELSE 0 END)::bigint AS amount,
           sum(CASE leg.kind WHEN 'fee' THEN -amount ELSE 0 END)::bigint AS fee
    FROM ledger_ledgerentry AS leg JOIN ledger_ledgeraccount AS account ON account.id = account_id
    WHERE account.kind = 'customer_cash' /* since: journal_entry_id */ GROUP BY 1, 2
) AS paid ON paid.journal_entry_id = entry.id
WHERE entry.type = 'order_settlement' /* since: entry.fill_id */
"""

I13 = Invariant(
    "I13",
    "each execution is in one fill; each filled part, whatever its order's end ⇔ hold captured, paid, "
    "position changed, notified; what was not filled ⇔ released, not paid, notified; news are delivered",
    always=False,
    checks=(
        SameRows(
            "the venue's executions are not the fills",
            "execution_id",
            (
                "market",
                """
                SELECT buy_execution_id AS execution_id, buy_order_id AS order_id, instrument_id,
                       'buy' AS side, quantity, price
                FROM venue_trade WHERE buy_order_id IS NOT NULL /* since: buy_execution_id */
                UNION ALL
                SELECT sell_execution_id, sell_order_id, instrument_id, 'sell', quantity, price
                FROM venue_trade WHERE sell_order_id IS NOT NULL /* since: sell_execution_id */
                """,
            ),
            ("trading", _EXECUTIONS),
        ),
        SameRows("the fills are not what was paid", "fill_id", ("trading", _FILLS), ("billing", _PAID_FILLS)),
        SameRows(
            "ended buys with fills are not the captured holds",
            "order_id",
            (
                "trading",
                """
                SELECT id AS order_id, user_id, hold_amount AS amount, amount + fee AS captured
                FROM orders_order WHERE side = 'buy' AND filled_quantity > 0
                AND status IN ('filled', 'canceled', 'expired') /* since: id */
                """,
            ),
            (
                "billing",
                """
                SELECT order_id, user_id, amount, captured FROM holds_hold
                WHERE state = 'captured' /* since: order_id */
                """,
            ),
        ),
        Rows(
            "a position is not the net of its fills",
            "trading",
            """
            SELECT user_id, instrument_id, quantity, net.units AS fills_quantity,
                   realized_pnl - cost_basis AS cash, net.cash AS fills_cash
            FROM positions_position FULL JOIN (
                SELECT user_id, instrument_id, sum(units) AS units, sum(cash) AS cash FROM (
                    SELECT user_id, instrument_id,
                           CASE side WHEN 'buy' THEN fill.quantity ELSE -fill.quantity END AS units,
                           CASE side WHEN 'buy' THEN -fill.amount ELSE fill.amount END - fill.fee AS cash
                    FROM orders_fill AS fill JOIN orders_order AS orders ON orders.id = order_id
                    UNION ALL
                    SELECT user_id, instrument_id, share.quantity - share.old_quantity, share.amount
                    FROM splits_splitshare AS share JOIN splits_split AS split ON split.id = split_id
                ) AS moved GROUP BY 1, 2
            ) AS net USING (user_id, instrument_id)
            WHERE (coalesce(quantity, 0), coalesce(realized_pnl - cost_basis, 0))
                  <> (coalesce(net.units, 0), coalesce(net.cash, 0))
            """,
        ),
        SameRows(
            "the notifications do not agree with the fills",
            "fill_id",
            (
                "trading",
                """
                SELECT fill.id AS fill_id, order_id, user_id
                FROM orders_fill AS fill JOIN orders_order AS orders ON orders.id = order_id
                WHERE user_id NOT IN (SELECT user_id FROM people WHERE closed) /* since: fill.id */
                """,
            ),
            (
                "notification",
                """
                SELECT DISTINCT fill_id, order_id, user_id FROM notification_inbox_notification
                WHERE kind IN ('order_filled', 'order_partly_filled') /* since: fill_id */
                """,
            ),
        ),
        SameRows(
            "the notifications do not agree with the orders that ended otherwise",
            "order_id",
            (
                "trading",
                """
                SELECT id AS order_id, user_id, 'order_' || status AS kind
                FROM orders_order WHERE status IN ('rejected', 'canceled', 'expired')
                AND user_id NOT IN (SELECT user_id FROM people WHERE closed) /* since: id */
                """,
            ),
            (
                "notification",
                """
                SELECT DISTINCT order_id, user_id, kind::text FROM notification_inbox_notification
                WHERE kind IN ('order_rejected', 'order_canceled', 'order_expired') /* since: order_id */
                """,
            ),
        ),
        *DELIVERIES,
        *ALERTS,
    ),
)
