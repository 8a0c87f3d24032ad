"""The consistency check of trading: compares recent changes every minute, reports, and corrects nothing.

Each check is one statement of SQL, so it sees one moment; only what is wrong leaves the database.
"""

from __future__ import annotations

import logging
from collections import deque

from django.conf import settings
from django.db import connection
from django.db.models import Max
from prometheus_client import Gauge

from servicekit.home_currency import home_currency
from servicekit.messaging.metrics import WORKER
from servicekit.money import EXPONENTS
from trading_service.orders.models import OrderTransition

log = logging.getLogger(__name__)

_wrong = Gauge(
    "birzha_trading_inconsistencies", "What the last check of the books found", ["check"], registry=WORKER
)

#: The first look of a process goes so many changes of state back.
FIRST_LOOK = 10_000

#: Rows of a check that are written to the log.
SHOWN = 20

# Measured by turns, 21 runs, with 60 orders: the ORM, with charges.charge for the fees, takes 3 times as long
# for the orders and their fills, 5 times for held units and for deadlines.
# %(since)s: changes of state after this one are looked at; %(deadline_s)s: seconds an order may be open.
_TOUCHED = "touched AS (SELECT DISTINCT order_id AS id FROM orders_ordertransition WHERE id > %(since)s)"
_VALUE = "coalesce(value, price * quantity)"  # a fill of before there were parts has none of its own


def _rounded(value: str) -> str:
    """An exact value in minor units, as SQL: servicekit.money.amount_minor."""
    minor = f"({value}) * {10 ** EXPONENTS[home_currency()]}"
    return f"CASE side WHEN 'buy' THEN ceil({minor}) ELSE floor({minor}) END"


# What charges.charge says of the fee.
_MAKER_RATE = "coalesce(maker_fee_rate, fee_rate)"
_DEAR = (
    f"CASE WHEN {_MAKER_RATE} > fee_rate THEN orders.maker_value ELSE filled_value - orders.maker_value END"
)
_EXACT = (
    f"orders.amount * least(fee_rate, {_MAKER_RATE}) + ({_rounded(_DEAR)}) * abs(fee_rate - {_MAKER_RATE})"
)
_LEAST = f"CASE WHEN {_EXACT} > 0 THEN greatest(ceil({_EXACT}), minimum_fee) ELSE 0 END"
_FEE = f"CASE side WHEN 'buy' THEN {_LEAST} ELSE least({_LEAST}, orders.amount) END"
CHECKS = {
    "an order and its fills": f"""
        WITH {_TOUCHED}
        SELECT orders.id, filled_quantity, orders.amount, orders.fee, fee_rate, maker_fee_rate, booked.*
        FROM touched JOIN orders_order AS orders USING (id)
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(quantity), 0) AS quantity, coalesce(sum(amount), 0) AS amount,
                   coalesce(sum(fee), 0) AS fee, coalesce(sum({_VALUE}), 0) AS value,
                   coalesce(sum({_VALUE}) FILTER (WHERE liquidity = 'maker'), 0) AS maker_value
            FROM orders_fill WHERE order_id = orders.id
        ) AS booked
        WHERE (filled_quantity, orders.amount, orders.fee, filled_value, orders.maker_value)
              <> (booked.quantity, booked.amount, booked.fee, booked.value, booked.maker_value)
              OR fee_rate IS NOT NULL AND (orders.amount, orders.fee) <> (
                  {_rounded("filled_value")}, {_FEE}
              )
    """,
    "held units and open sells": f"""
        WITH {_TOUCHED}, selling AS (
            SELECT DISTINCT user_id, instrument_id FROM touched JOIN orders_order USING (id)
            WHERE side = 'sell'
        ), open AS (
            SELECT orders_order.user_id, instrument_id, sum(quantity - filled_quantity) AS quantity
            FROM orders_orderdeadline JOIN orders_order ON id = order_id
            WHERE side = 'sell' GROUP BY 1, 2
        )
        SELECT user_id, instrument_id, held_quantity, open.quantity
        FROM selling LEFT JOIN positions_position USING (user_id, instrument_id)
        LEFT JOIN open USING (user_id, instrument_id)
        WHERE coalesce(held_quantity, 0) <> coalesce(open.quantity, 0)
    """,
    "open orders and deadlines": f"""
        WITH {_TOUCHED}
        SELECT orders.id, status, due_at FROM touched JOIN orders_order AS orders USING (id)
        LEFT JOIN orders_orderdeadline ON order_id = orders.id
        WHERE (status IN ('accepted', 'working', 'partially_filled')) <> (due_at IS NOT NULL)
    """,
    "overdue orders": """
        SELECT order_id, status, due_at, recalls FROM orders_orderdeadline
        JOIN orders_order ON id = order_id
        WHERE recalls > 1 OR due_at < statement_timestamp() - make_interval(secs => %(deadline_s)s)
    """,
}

#: How far the changes of state had come at the last two looks. A change is looked at until it was there
#: two looks ago: one whose transaction was still open at a look has then been looked at in any case.
_reached: deque[int] = deque(maxlen=2)


def books_check() -> dict[str, int]:
    """Run every check over what has changed lately; a breach is logged as an error and counted.

    Returns:
        How many rows each check found.
    """
    with connection.cursor() as cursor:
        last = OrderTransition.objects.aggregate(last=Max("id", default=0))["last"]
        since = _reached[0] if _reached else last - FIRST_LOOK
        found = {}
        for name, query in CHECKS.items():
            cursor.execute(query, {"since": since, "deadline_s": settings.ORDER_DEADLINE})
            rows = cursor.fetchall()
            found[name] = len(rows)
            _wrong.labels(name).set(len(rows))
            if rows:
                log.error("%s: %d do not agree, such as %s", name, len(rows), rows[:SHOWN])
    _reached.append(last)
    return found
