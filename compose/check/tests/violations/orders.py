"""Violations of what orders, units and events must keep, within and between services."""

from __future__ import annotations

from compose.check.snapshot import SERVICES
from compose.check.tests import rows
from compose.check.tests.names import (
    AAPL,
    BUY,
    BUY_EXECUTED,
    BUY_FILL,
    BUY_FILLED,
    OPEN_BUY,
    OTHER,
    SELL,
    SELL_FILL,
    SELL_FILLED,
)

_HANDLED_TWICE = f"""
    ALTER TABLE inbox DROP CONSTRAINT inbox_pkey;
    INSERT INTO inbox (consumer, event_id, type) VALUES ('x', '{OTHER}', 'x'), ('x', '{OTHER}', 'x');
"""


#: The buy's fill as the venue would tell it now: its units, value and liquidity, and those of its one
#: execution.
_EXECUTED = f"""
    UPDATE orders_fill SET quantity = {{}}, value = {{}}, liquidity = '{{}}',
        executions = '[["{BUY_FILL}", "{BUY_FILL}", "{{}}", "{{}}", "taker", "house"]]'
    WHERE id = '{BUY_FILL}'
"""


def _candle(minutes: int, time: str, **values: int) -> str:
    """The statement that adds a candle of AAPL."""
    row = {"open": 10, "high": 12, "low": 9, "close": 11, "volume": 5} | values
    return (
        f'INSERT INTO candles_candle (instrument_id, "interval", time, {", ".join(row)}) '
        f"VALUES ('{AAPL}', {minutes}, '{time}T00:00:00Z', {', '.join(map(str, row.values()))});"
    )


VIOLATIONS: list[tuple[str, str, str, str]] = [
    (
        "I6",
        "less than nothing, or more than was issued, is available",
        "market",
        "UPDATE instruments_instrument SET available_quantity = -1",
    ),
    *(
        ("I6", "a price of a candle is above its highest or below its lowest", "market", statement)
        for statement in (
            _candle(1, "2026-03-02", close=13),
            "INSERT INTO candles_recentminute (instrument_id, time, open, high, low, close, volume) "
            f"VALUES ('{AAPL}', '2026-03-02', 8, 12, 9, 10, 0)",
            "INSERT INTO quotes_dailyprice (instrument_id, date, open, high, low, close, volume, adj_close) "
            f"VALUES ('{AAPL}', '2026-03-02', 8, 12, 9, 10, 0, 10)",
        )
    ),
    *(
        (
            "I6",
            "a candle is not what its parts come to",
            "market",
            _candle(1, "2026-03-01") + _candle(1, "2026-03-02") + _candle(5, "2026-03-02", **wrong),
        )
        for wrong in ({"high": 13}, {"low": 8}, {"volume": 6})
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
        for price in ("9.9", "45.1")  # half a spread from the resting orders at 10 and 45
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
        ("I7", "amount, fee or hold is not what prices, quantity and fee schedule say", "trading", statement)
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
            f"UPDATE orders_order SET maker_value = filled_value WHERE id = '{BUY}'",
            f"UPDATE orders_fill SET liquidity = 'maker' WHERE id = '{BUY_FILL}'",
            # a schedule by which the fees would have been others
            f"UPDATE orders_order SET maker_fee_rate = 0.001, maker_value = 430.40 WHERE id = '{BUY}'; "
            f"UPDATE orders_fill SET liquidity = 'maker' WHERE id = '{BUY_FILL}'",
            f"UPDATE orders_order SET minimum_fee = 30 WHERE id = '{BUY}'",
            f"UPDATE orders_order SET maker_fee_rate = 0.001 WHERE id = '{OPEN_BUY}'",
            # worth more than its bound allows
            f"UPDATE orders_order SET cap_price = 43, hold_amount = 43022 WHERE id = '{BUY}'",
        )
    ),
    *(
        ("I7", "a fill that is not the sum of its executions", "trading", _EXECUTED.format(*fields))
        for fields in (
            (10, "430.40", "maker", "10", "43.04"),
            (10, "430.40", "taker", "9", "43.04"),
            (10, "430.40", "taker", "10", "43.03"),
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
        "an event that changed an order twice",
        "trading",
        rows.change(BUY, 4, "working", "filled", BUY_EXECUTED),
    ),
    (
        "I8",
        "two notifications of one event over one channel",
        "notification",
        rows.news("order_filled", BUY_FILLED, fill_id=OTHER),
    ),
    (
        "I8",
        "two notifications of one fill over one channel",
        "notification",
        rows.news("order_filled", OTHER, fill_id=BUY_FILL),
    ),
    ("I8", "news of no event that notification has handled", "notification", rows.news("welcome", OTHER)),
    (
        "I8",
        "news of an operator told twice, or not released",
        "notification",
        rows.news("operator_news", OTHER),
    ),
    (
        "I8",
        "two deliveries of one notification over one channel",
        "notification",
        rows.deliveries("email"),
    ),
]
