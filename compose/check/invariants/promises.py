"""I17, as far as the server can know it: the response stored under an Idempotency-Key is true."""

from __future__ import annotations

from compose.check.model import Invariant, Rows

I17 = Invariant(
    "I17",
    "what the response stored under an Idempotency-Key names exists, once, and is what the key stands for",
    always=False,
    checks=(
        Rows(
            "an order, or its replacement, that was promised and is not there",
            "trading",
            """
            SELECT answer.user_id, answer.key, answer.status, answer.body::json ->> 'id' AS promised,
                   orders.id AS order_id, wanted.order_id AS replaced_id
            FROM idempotent_answers AS answer
            LEFT JOIN orders_order AS orders
                ON orders.user_id = answer.user_id AND orders.client_order_id = answer.key
            LEFT JOIN orders_orderreplacement AS wanted
                ON wanted.new_order_id = (answer.body::json ->> 'replaced_by')::uuid
                AND wanted.client_order_id = answer.key
            WHERE answer.body::json ->> 'id' IS DISTINCT FROM CASE answer.status
                WHEN 201 THEN orders.id::text WHEN 202 THEN wanted.order_id::text
            END
               OR answer.status NOT IN (201, 202)
            """,
        ),
        Rows(
            "a deposit or a withdrawal that was promised and is not there",
            "billing",
            """
            SELECT answer.user_id, answer.key, answer.status, answer.body::json ->> 'id' AS promised,
                   made.id AS made_id
            FROM idempotent_answers AS answer
            LEFT JOIN (
                SELECT id, user_id, idempotency_key FROM cash_deposit
                UNION ALL
                SELECT id, user_id, idempotency_key FROM cash_withdrawal
            ) AS made ON made.user_id = answer.user_id AND made.idempotency_key = answer.key
            WHERE made.id IS NULL
               OR answer.status <> 201 OR answer.body::json ->> 'id' IS DISTINCT FROM made.id::text
            """,
        ),
    ),
)
