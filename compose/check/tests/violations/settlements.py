"""Violations of what a fill must be everywhere, what is set aside for, and how many units there are."""

from __future__ import annotations

from compose.check.tests import rows
from compose.check.tests.names import (
    ACCOUNT,
    BUY,
    BUY_ENTRY,
    BUY_FILL,
    OPEN_BUY,
    OTHER,
    REJECTED,
)

VIOLATIONS: list[tuple[str, str, str, str]] = [
    (
        "I13",
        "the venue's executions are not the fills",
        "market",
        rows.executed(OPEN_BUY, OTHER, "buy", 5, "43"),
    ),
    (
        "I13",
        "the venue's executions are not the fills",
        "market",
        f"UPDATE venue_trade SET price = 42 WHERE buy_order_id = '{BUY}'",
    ),
    (
        "I13",
        "the venue's executions are not the fills",
        "trading",
        # of two executions, one that the venue does not know
        f"""
        UPDATE orders_fill SET value = 430.40, liquidity = 'taker', executions = '[
            ["{BUY_FILL}", "{BUY_FILL}", "9", "43.04", "taker", "house"],
            ["{OTHER}", "{OTHER}", "1", "43.04", "taker", "house"]]'
        WHERE id = '{BUY_FILL}'
        """,
    ),
    (
        "I13",
        "the fills are not what was paid",
        "trading",
        f"UPDATE orders_fill SET fee = fee + 1 WHERE id = '{BUY_FILL}'",
    ),
    (
        "I13",
        "the fills are not what was paid",
        "billing",
        f"DELETE FROM ledger_journalentry WHERE id = '{BUY_ENTRY}'",
    ),
    (
        "I13",
        "the fills are not what was paid",
        "billing",
        rows.entry(OTHER, "order_settlement", OTHER, order_id=REJECTED, fill_id=OTHER, quantity=3),
    ),
    (
        "I13",
        "the fills are not what was paid",
        "billing",
        f"UPDATE ledger_ledgeraccount SET user_id = '{OTHER}' WHERE id = '{ACCOUNT}'",
    ),
    (
        "I13",
        "ended buys with fills are not the captured holds",
        "billing",
        "UPDATE holds_hold SET state = 'captured', captured = amount, released = 0 "
        f"WHERE order_id = '{REJECTED}'",
    ),
    (
        "I13",
        "ended buys with fills are not the captured holds",
        "billing",
        f"DELETE FROM holds_hold WHERE order_id = '{BUY}'",
    ),
    (
        "I13",
        "a position is not the net of its fills",
        "trading",
        "UPDATE positions_position SET quantity = quantity + 1",
    ),
    (
        "I13",
        "a position is not the net of its fills",
        "trading",
        "UPDATE positions_position SET realized_pnl = realized_pnl + 1",
    ),
    ("I13", "a position is not the net of its fills", "trading", "DELETE FROM positions_position"),
    (
        "I13",
        "the notifications do not agree with the fills",
        "notification",
        f"DELETE FROM notification_inbox_notification WHERE fill_id = '{BUY_FILL}'",
    ),
    (
        "I13",
        "the notifications do not agree with the fills",
        "notification",
        rows.news("order_filled", OTHER, order_id=OTHER, fill_id=OTHER),
    ),
    (
        "I13",
        "the notifications do not agree with the orders that ended otherwise",
        "notification",
        f"DELETE FROM notification_inbox_notification WHERE order_id = '{REJECTED}'",
    ),
    (
        "I13",
        "the notifications do not agree with the orders that ended otherwise",
        "trading",
        f"UPDATE orders_order SET status = 'canceled', reject_code = '' WHERE id = '{REJECTED}'",
    ),
    (
        "I13",
        "the deliveries are not those of the notifications",
        "notification",
        "DELETE FROM delivery_delivery WHERE channel = 'webhook'",
    ),
    (
        "I13",
        "the deliveries are not those of the notifications",
        "notification",
        rows.deliveries("messenger"),
    ),
    (
        "I13",
        "a delivery has been due for five minutes",
        "notification",
        "UPDATE delivery_delivery SET state = 'pending', sent_at = NULL, next_at = now() - interval '6 min'",
    ),
    (
        "I13",
        "a delivery ended without an attempt or a reason",
        "notification",
        "UPDATE delivery_delivery SET attempts = 0",
    ),
    (
        "I13",
        "a delivery ended without an attempt or a reason",
        "notification",
        "UPDATE delivery_delivery SET state = 'failed', sent_at = NULL",
    ),
    ("I13", "an alert waits for a price that is reached", "trading", rows.alert(price=1)),
    ("I13", "an alert fired and nobody was told", "trading", rows.alert(price=1, fired=True)),
    (
        "I14",
        "the pending holds are not those of the open buys",
        "trading",
        f"UPDATE orders_order SET status = 'canceled' WHERE id = '{OPEN_BUY}'",
    ),
    (
        "I14",
        "the pending holds are not those of the open buys",
        "billing",
        f"UPDATE holds_hold SET amount = amount - 1 WHERE order_id = '{OPEN_BUY}'",
    ),
    (
        "I14",
        "the pending holds are not those of the open buys",
        "trading",
        f"UPDATE orders_order SET status = 'partially_filled', filled_quantity = 1, filled_value = 9 "
        f"WHERE id = '{OPEN_BUY}'",
    ),
    (
        "I14",
        "the held units are not those of the open sells",
        "trading",
        "UPDATE positions_position SET held_quantity = 0",
    ),
    (
        "I15",
        "the positions are not what the venue has sold",
        "trading",
        "UPDATE positions_position SET quantity = quantity + 1",
    ),
    (
        "I15",
        "the positions are not what the venue has sold",
        "market",
        "UPDATE instruments_instrument SET available_quantity = issued_quantity",
    ),
    (
        "I18",
        "the lots are not what the position has bought",
        "trading",
        "UPDATE positions_lot SET quantity = quantity - 1",
    ),
    ("I18", "the lots are not what the position has bought", "trading", "DELETE FROM positions_lot"),
    (
        "I18",
        "a lot does not follow those before it",
        "trading",
        "UPDATE positions_lot SET cost_before = cost_before + 1",
    ),
    (
        "I18",
        "the days do not add up to the position",
        "trading",
        "UPDATE positions_dailyflow SET sold_proceeds = sold_proceeds + 1",
    ),
    ("I18", "the days do not add up to the position", "trading", "DELETE FROM positions_dailyflow"),
    (
        "I18",
        "a position's day is not the fills of that day",
        "trading",
        "UPDATE positions_dailyflow SET day = day - 1",
    ),
    (
        "I19",
        "the previous close is not that of its day",
        "market",
        f"{rows.quote('50.00')}; UPDATE quotes_quote SET closed_day = '2012-06-12'",
    ),
    (
        "I19",
        "an order for the day rests past its day",
        "market",
        """
        UPDATE venue_restingorder SET time_in_force = 'day';
        INSERT INTO clock_marketclock (id, feed, number, day, opened_at, elapsed_s, as_of, speed, paused,
            trades_before, day_orders_due)
        VALUES (1, 'replay', 2, '2012-06-12', now() - interval '1 minute', 0, now(), 60, false, 0, false);
        UPDATE venue_restingorder SET rested_at = now() - interval '2 minutes'
        """,
    ),
]
