"""I9: orders, holds and what ends at the venue take only the ways that are theirs, and final is final."""

from __future__ import annotations

from compose.check.model import Invariant, Rows

_ALLOWED = """
    ('', 'accepted'), ('', 'rejected'),
    ('accepted', 'working'), ('accepted', 'rejected'), ('accepted', 'canceled'), ('accepted', 'expired'),
    ('working', 'partially_filled'), ('working', 'filled'), ('working', 'rejected'), ('working', 'canceled'),
    ('working', 'expired'),
    ('partially_filled', 'partially_filled'), ('partially_filled', 'filled'),
    ('partially_filled', 'canceled'), ('partially_filled', 'expired')
"""

I9 = Invariant(
    "I9",
    "no state is entered that may not be, none after a final one; an order is where its history ends",
    always=True,
    checks=(
        Rows(
            "an order's change of state that is not allowed",
            "trading",
            f"""
            SELECT order_id, sequence, from_status, to_status, cause FROM orders_ordertransition AS change
            WHERE (from_status, to_status) NOT IN ({_ALLOWED}) /* since: change.order_id */
            """,
        ),
        Rows(
            "an order's change that does not go on from the one before it",
            "trading",
            """
            SELECT order_id, sequence, came_from AS expected, from_status, to_status, cause
            FROM (
                SELECT order_id, sequence, from_status, to_status, cause,
                       lag(to_status) OVER (PARTITION BY order_id ORDER BY sequence) AS came_from
                FROM orders_ordertransition AS change WHERE true /* since: change.order_id */
            ) AS history
            WHERE from_status <> coalesce(came_from, '')
            """,
        ),
        Rows(
            "a change after a final one",
            "trading",
            """
            SELECT ended.order_id, ended.to_status AS final, later.to_status, later.sequence, later.cause
            FROM orders_ordertransition AS ended
            JOIN orders_ordertransition AS later
                ON later.order_id = ended.order_id AND later.sequence > ended.sequence
            WHERE ended.to_status IN ('filled', 'rejected', 'canceled', 'expired')
            /* since: ended.order_id */
            """,
        ),
        Rows(
            "an order is not where its history ends",
            "trading",
            """
            SELECT id, status, version, last.to_status AS history, last.sequence
            FROM orders_order AS orders
            LEFT JOIN (
                SELECT DISTINCT ON (order_id) order_id, to_status, sequence
                FROM orders_ordertransition AS change WHERE true /* since: change.order_id */
                ORDER BY order_id, sequence DESC
            ) AS last ON last.order_id = orders.id
            WHERE (status IS DISTINCT FROM last.to_status OR version < last.sequence) /* since: orders.id */
            """,
        ),
        Rows(
            "a hold in a state that its amounts contradict",
            "billing",
            """
            SELECT order_id, state, amount, captured, released FROM holds_hold AS hold
            WHERE NOT CASE
                WHEN state = 'pending' THEN account_id IS NOT NULL AND captured + released <= amount
                WHEN state = 'captured' THEN captured > 0
                WHEN state IN ('voided', 'expired') THEN captured = 0 AND released = amount
                ELSE false
            END /* since: hold.order_id */
            """,
        ),
        Rows(
            "an end at the venue that contradicts itself",
            "market",
            """
            SELECT order_id, state, quantity, executed, reason FROM venue_venueorder AS ended
            WHERE NOT coalesce(CASE state
                WHEN 'executed' THEN executed = quantity AND reason = ''
                WHEN 'refused' THEN executed = 0 AND reason <> ''
                WHEN 'canceled' THEN executed >= 0 AND executed < coalesce(quantity, 1)
                WHEN 'expired' THEN executed >= 0 AND executed < quantity AND reason = ''
                ELSE false
            END, false) /* since: ended.order_id */
            """,
        ),
    ),
)
