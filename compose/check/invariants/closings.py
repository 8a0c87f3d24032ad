"""I22: a closed account has nothing left, in any service, and nothing is known of its person."""

from __future__ import annotations

from compose.check.model import Invariant, Rows, SameRows

I22 = Invariant(
    "I22",
    "a closed account has no cash, no position and no open order; who had it is erased, but for the username",
    always=False,
    checks=(
        SameRows(
            "an account is closed in one service and not in another",
            "user_id",
            ("user", "SELECT id AS user_id FROM accounts_user WHERE closed_at IS NOT NULL"),
            ("billing", "SELECT user_id FROM ledger_ledgeraccount WHERE closed_at IS NOT NULL"),
        ),
        SameRows(
            "a closed account is not known as closed where orders are",
            "user_id",
            ("user", "SELECT id AS user_id FROM accounts_user WHERE closed_at IS NOT NULL"),
            ("trading", "SELECT user_id FROM people WHERE closed"),
        ),
        Rows(
            "a closed account has cash",
            "billing",
            """
            SELECT id, user_id, balance, held FROM ledger_ledgeraccount
            WHERE closed_at IS NOT NULL AND (balance <> 0 OR held <> 0)
            """,
        ),
        Rows(
            "a closed account has a position or an open order",
            "trading",
            """
            SELECT user_id, positions_position.id AS position_id, NULL::uuid AS order_id
            FROM people JOIN positions_position USING (user_id) WHERE closed AND quantity > 0
            UNION ALL
            SELECT user_id, NULL, orders_order.id FROM people JOIN orders_order USING (user_id)
            WHERE closed AND status IN ('accepted', 'working', 'partially_filled')
            """,
        ),
        Rows(
            "a closed account still waits for prices, or keeps an eye on something",
            "trading",
            """
            SELECT user_id FROM people
            WHERE closed AND (
                display_name <> ''
                OR EXISTS (SELECT FROM alerts_alertbook AS book WHERE book.user_id = people.user_id)
                OR EXISTS (SELECT FROM watchlist_watchlist AS list WHERE list.user_id = people.user_id)
            )
            """,
        ),
        Rows(
            "who closed an account is still known",
            "user",
            """
            SELECT id FROM accounts_user AS person
            WHERE closed_at IS NOT NULL AND (
                is_active OR display_name <> '' OR email NOT LIKE '%@closed.invalid'
                OR EXISTS (SELECT FROM accounts_accountlink AS link WHERE link.user_id = person.id)
                OR EXISTS (
                    SELECT FROM user_sessions_session AS session WHERE session.user_id = person.id
                    AND (revoked_at IS NULL OR user_agent <> '' OR ip IS NOT NULL)
                )
                OR EXISTS (
                    SELECT FROM user_api_keys_apikey AS key
                    WHERE key.user_id = person.id AND (name <> '' OR last_used_from IS NOT NULL)
                )
                OR EXISTS (
                    SELECT FROM user_sessions_signin AS came
                    WHERE came.user_id = person.id AND outcome = 'signed_in'
                )
            )
            """,
        ),
        Rows(
            "who closed an account can still be told something",
            "notification",
            """
            SELECT user_id FROM delivery_contact AS contact
            WHERE closed_at IS NOT NULL AND (
                email <> '' OR display_name <> ''
                OR EXISTS (SELECT FROM preferences_preferences AS own WHERE own.user_id = contact.user_id)
                OR EXISTS (
                    SELECT FROM notification_inbox_notification AS told WHERE told.user_id = contact.user_id
                    AND (
                        closed_at < now() - interval '2 days'
                        OR told.params ->> 'notice' IS DISTINCT FROM 'account_closed'
                    )
                )
            )
            """,
        ),
    ),
)
