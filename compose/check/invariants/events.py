"""I8: an event has its effect once, in every service that subscribes to it."""

from __future__ import annotations

from compose.check.model import Invariant, Rows
from compose.check.snapshot import SERVICES

_TWICE_HANDLED = """
SELECT consumer, event_id, count(*) AS times FROM inbox WHERE true /* since: event_id */
GROUP BY 1, 2 HAVING count(*) > 1
"""

#: The first id of the days of which no inbox row was removed by retention: what is older need not be there.
_REMEMBERED = """(
    SELECT coalesce(
        (lpad(to_hex((extract(epoch FROM max(day) + 1) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid,
        '00000000-0000-0000-0000-000000000000'
    ) FROM removed_events WHERE side = 'inbox'
)"""

I8 = Invariant(
    "I8",
    "per consumer and event one effect at most; one journal entry per event, one notification per channel, "
    "one delivery of each",
    always=True,
    checks=(
        *(Rows(f"{service}: an event handled twice", service, _TWICE_HANDLED) for service in SERVICES),
        Rows(
            "an event booked twice",
            "billing",
            """
            SELECT source_id, count(*) AS entries FROM ledger_journalentry
            WHERE true /* since: source_id */ GROUP BY 1 HAVING count(*) > 1
            """,
        ),
        Rows(
            "a settlement booked for no event that billing has handled",
            "billing",
            f"""
            SELECT id, source_id, fill_id FROM ledger_journalentry AS entry
            WHERE type = 'order_settlement' AND source_id >= {_REMEMBERED}
            AND NOT EXISTS (SELECT FROM inbox WHERE event_id = entry.source_id /* since: inbox.event_id */)
            /* since: entry.source_id */
            """,
        ),
        Rows(
            "a change of an order for no event that trading has handled",
            "trading",
            f"""
            SELECT order_id, sequence, to_status, cause, event_id FROM orders_ordertransition AS change
            WHERE event_id >= {_REMEMBERED}
            AND NOT EXISTS (SELECT FROM inbox WHERE event_id = change.event_id /* since: inbox.event_id */)
            /* since: change.order_id */
            """,
        ),
        Rows(
            "an event that changed an order twice",
            "trading",
            """
            SELECT event_id, count(*) AS changes FROM orders_ordertransition AS change
            WHERE event_id IS NOT NULL /* since: order_id */ GROUP BY 1
            -- of one execution an order may have two fills: as it came, and while it rested
            HAVING count(*) > 1 AND (count(DISTINCT order_id) > 1 OR count(*) > ALL (
                SELECT count(DISTINCT liquidity) FROM orders_fill AS fill
                WHERE fill.order_id = (array_agg(change.order_id))[1] GROUP BY executed_at
            ))
            """,
        ),
        Rows(
            "two notifications of one event over one channel",
            "notification",
            """
            SELECT source_event_id, channel, count(*) AS times FROM notification_inbox_notification
            WHERE true /* since: source_event_id */ GROUP BY 1, 2 HAVING count(*) > 1
            """,
        ),
        Rows(
            "two notifications of one fill over one channel",
            "notification",
            """
            SELECT fill_id, channel, count(*) AS times FROM notification_inbox_notification
            WHERE fill_id IS NOT NULL /* since: fill_id */ GROUP BY 1, 2 HAVING count(*) > 1
            """,
        ),
        Rows(
            "two deliveries of one notification over one channel",
            "notification",
            """
            SELECT notification_id, channel, count(*) AS times FROM delivery_delivery
            WHERE true /* since: notification_id */ GROUP BY 1, 2 HAVING count(*) > 1
            """,
        ),
        Rows(
            "news of an operator told twice, or not released",
            "notification",
            """
            SELECT user_id, params ->> 'news_id' AS news_id, count(*) AS times
            FROM notification_inbox_notification AS told
            LEFT JOIN news_news AS news ON news.id = (params ->> 'news_id')::uuid
            WHERE kind = 'operator_news' /* since: told.id */
            GROUP BY 1, 2, news.begins_at HAVING count(*) > 1 OR news.begins_at IS NULL
            """,
        ),
        Rows(
            "news of no event that notification has handled",
            "notification",
            f"""
            SELECT id, kind, source_event_id FROM notification_inbox_notification AS news
            WHERE source_event_id >= {_REMEMBERED}
            AND kind <> 'operator_news' -- comes of no event
            AND NOT EXISTS (
                SELECT FROM inbox WHERE event_id = news.source_event_id /* since: inbox.event_id */
            )
            /* since: news.source_event_id */
            """,
        ),
    ),
)
