"""I11: no order is left hanging, whatever died."""

from __future__ import annotations

from compose.check.model import Invariant, Rows, SameRows

I11 = Invariant(
    "I11",
    "no order older than 30 s is unfinished, but those that rest, in the book, and are not 30 s past their "
    "expiry; each open one has a deadline",
    always=False,
    checks=(
        Rows(
            "an order that does not end",
            "trading",
            # By the clock of the process that placed it: one from the future would never grow old.
            """
            SELECT id, user_id, side, type, status, version, created_at FROM orders_order AS orders
            WHERE status IN ('accepted', 'working', 'partially_filled')
            AND rested_at IS NULL
            AND created_at NOT BETWEEN now() - interval '30 seconds' AND now() + interval '1 second'
            /* since: orders.id */
            """,
        ),
        Rows(
            "an order that rests beyond its time",
            "trading",
            """
            SELECT orders.id, orders.user_id, side, status, rested_at, expires_at, rests, due_at FROM
            orders_order AS orders LEFT JOIN orders_orderdeadline ON order_id = orders.id
            WHERE status IN ('accepted', 'working', 'partially_filled') AND rested_at IS NOT NULL
            AND (expires_at IS NULL OR expires_at < now() - interval '30 seconds' OR rests IS NOT TRUE)
            /* since: orders.id */
            """,
        ),
        Rows(
            "an open order without a deadline, or a deadline without an open order",
            "trading",
            """
            SELECT open.id AS open_order_id, deadline.order_id AS deadline_order_id, due_at
            FROM (
                SELECT id FROM orders_order AS orders
                WHERE status IN ('accepted', 'working', 'partially_filled') /* since: orders.id */
            ) AS open
            FULL JOIN (
                SELECT order_id, due_at FROM orders_orderdeadline WHERE true /* since: order_id */
            ) AS deadline ON deadline.order_id = open.id
            WHERE open.id IS NULL OR deadline.order_id IS NULL
            """,
        ),
        Rows(
            "a deadline that nobody heeds",
            "trading",
            """
            SELECT order_id, due_at, recalls FROM orders_orderdeadline
            WHERE due_at < now() - interval '30 seconds'
            """,
            few=True,
        ),
        SameRows(
            "the orders that rest are not those in the book",
            "order_id",
            (
                "trading",
                """
                SELECT id AS order_id, user_id, quantity - filled_quantity AS remaining
                FROM orders_order AS orders
                WHERE status IN ('working', 'partially_filled') AND rested_at IS NOT NULL
                /* since: orders.id */
                """,
            ),
            (
                "market",
                """
                SELECT order_id, user_id, remaining FROM venue_restingorder AS resting
                WHERE true /* since: resting.order_id */
                """,
            ),
        ),
        Rows(
            "a resting order whose time is over",
            "market",
            """
            SELECT order_id, expires_at FROM venue_restingorder
            WHERE expires_at < now() - interval '30 seconds'
            """,
            few=True,
        ),
    ),
)
