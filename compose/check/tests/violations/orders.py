"""Violations of what orders, units and events must keep, within and between services."""

from __future__ import annotations

from compose.check.snapshot import SERVICES
from compose.check.tests import rows
from compose.check.tests.names import (
    ACCOUNT,
    BUY,
    BUY_ENTRY,
    BUY_EXECUTED,
    BUY_FILL,
    BUY_FILLED,
    OPEN_BUY,
    OTHER,
    REJECTED,
    SELL,
    SELL_FILL,
    SELL_FILLED,
)

_HANDLED_TWICE = f"""
    ALTER TABLE inbox DROP CONSTRAINT inbox_pkey;
    INSERT INTO inbox (consumer, event_id, type) VALUES ('x', '{OTHER}', 'x'), ('x', '{OTHER}', 'x');
"""


VIOLATIONS: list[tuple[str, str, str, str]] = [
    (
        "I6",
        "less than nothing, or more than was issued, is available",
        "market",
        "UPDATE instruments_instrument SET available_quantity = -1",
    ),
    (
        "I6",
        "available and sold are not what was issued",
        "market",
        "UPDATE instruments_instrument SET available_quantity = available_quantity - 1",
    ),
    (
        "I6",
        "available and sold are not what was issued",
        "market",
        f"DELETE FROM venue_trade WHERE sell_order_id = '{SELL}'",
    ),
    *(
        ("I6", "an order that executed other than its trades, or a trade of no order", "market", statement)
        for statement in (
            f"UPDATE venue_venueorder SET executed = 9 WHERE order_id = '{BUY}'",
            f"UPDATE venue_restingorder SET remaining = 4 WHERE order_id = '{OPEN_BUY}'",
            f"DELETE FROM venue_venueorder WHERE order_id = '{BUY}'",
            f"DELETE FROM venue_trade WHERE sell_order_id = '{SELL}'",
        )
    ),
    *(
        ("I6", "a trade beyond the bound of its order", "market", statement)
        for statement in (
            f"UPDATE venue_trade SET price = 50.01 WHERE buy_order_id = '{BUY}'",
            f"UPDATE venue_trade SET price = 0.99 WHERE sell_order_id = '{SELL}'",
        )
    ),
    (
        "I6",
        "an order that rests and has ended",
        "market",
        f"UPDATE venue_restingorder SET order_id = '{BUY}' WHERE order_id = '{OPEN_BUY}'",
    ),
    (
        "I6",
        "a bid that meets an ask",
        "market",
        f"UPDATE venue_restingorder SET rank = -45000000 WHERE order_id = '{OPEN_BUY}'",
    ),
    *(
        ("I6", "the house passed over an order that it reached", "market", rows.quote(price))
        for price in ("10", "45")
    ),
    ("I7", "one key, several orders", "trading", f"UPDATE orders_order SET client_order_id = '{BUY}'"),
    (
        "I7",
        "filled above what was ordered, or other than its fills",
        "trading",
        f"UPDATE orders_order SET quantity = 9 WHERE id = '{BUY}'",
    ),
    (
        "I7",
        "filled above what was ordered, or other than its fills",
        "trading",
        rows.fill(OTHER, OPEN_BUY, 1, "43", 4300, 1),
    ),
    *(
        ("I7", "amount, fee or hold is not what prices, quantity and fee rate say", "trading", statement)
        for statement in (
            # half away from zero, as before: 10 × 43.04049 is 430.4049, which is 430.41
            f"UPDATE orders_fill SET price = 43.04049 WHERE id = '{BUY_FILL}'; "
            f"UPDATE orders_order SET filled_value = 430.4049 WHERE id = '{BUY}'",
            f"UPDATE orders_order SET amount = amount + 1 WHERE id = '{SELL}'",
            f"UPDATE orders_fill SET fee = 21 WHERE id = '{BUY_FILL}'; "
            f"UPDATE orders_order SET fee = 21 WHERE id = '{BUY}'",
            f"UPDATE orders_fill SET fee = 0 WHERE id = '{SELL_FILL}'; "
            f"UPDATE orders_order SET fee = 0 WHERE id = '{SELL}'",
            f"UPDATE orders_order SET filled_value = filled_value + 1 WHERE id = '{BUY}'",
            f"UPDATE orders_order SET hold_amount = hold_amount - 1 WHERE id = '{OPEN_BUY}'",
            f"UPDATE orders_order SET hold_amount = 0 WHERE id = '{OPEN_BUY}'",
            f"UPDATE orders_order SET hold_amount = 1 WHERE id = '{SELL}'",
        )
    ),
    *(("I8", f"{service}: an event handled twice", service, _HANDLED_TWICE) for service in SERVICES),
    ("I8", "an event booked twice", "billing", rows.entry(OTHER, "deposit", BUY_FILLED)),
    (
        "I8",
        "a settlement booked for no event that billing has handled",
        "billing",
        f"DELETE FROM inbox WHERE event_id = '{SELL_FILLED}'",
    ),
    (
        "I8",
        "a change of an order for no event that trading has handled",
        "trading",
        rows.change(OPEN_BUY, 3, "working", "filled", OTHER),
    ),
    (
        "I8",
        "an event that changed an order twice",
        "trading",
        rows.change(SELL, 4, "working", "filled", BUY_EXECUTED),
    ),
    (
        "I8",
        "an event told twice over one channel",
        "notification",
        rows.news("order_filled", BUY_FILLED, fill_id=OTHER),
    ),
    (
        "I8",
        "a fill told twice over one channel",
        "notification",
        rows.news("order_filled", OTHER, fill_id=BUY_FILL),
    ),
    ("I8", "news of no event that notification has handled", "notification", rows.news("welcome", OTHER)),
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
        "the fills are not what was told",
        "notification",
        f"DELETE FROM notification_inbox_notification WHERE fill_id = '{BUY_FILL}'",
    ),
    (
        "I13",
        "the fills are not what was told",
        "notification",
        rows.news("order_filled", OTHER, order_id=OTHER, fill_id=OTHER),
    ),
    (
        "I13",
        "the orders that ended otherwise are not what was told",
        "notification",
        f"DELETE FROM notification_inbox_notification WHERE order_id = '{REJECTED}'",
    ),
    (
        "I13",
        "the orders that ended otherwise are not what was told",
        "trading",
        f"UPDATE orders_order SET status = 'canceled', reject_code = '' WHERE id = '{REJECTED}'",
    ),
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
]
