"""The only writer of the copies of instruments' names."""

from __future__ import annotations

from collections.abc import Iterable

from servicekit.arrays import columns
from servicekit.contracts import trading
from servicekit.database import Statement, execute_deferred

# Joined with what is known, because an upsert locks, and so writes, even the rows that it leaves as they are:
# with nearly every order nothing is new. The ORM's read, and an upsert of what is new, takes 2.5 times as
# long for one order, 1.5 times for 20 (by turns, 21 runs), and cannot be deferred.
_COPY = Statement(
    """
INSERT INTO ledger_instrumentname (ticker, name_en, name_ru)
SELECT named.ticker, named.name_en, named.name_ru
FROM unnest(%s::text[], %s::text[], %s::text[]) AS named (ticker, name_en, name_ru)
LEFT JOIN ledger_instrumentname AS known ON known.ticker = named.ticker
WHERE known.ticker IS NULL OR known.name_en <> named.name_en OR known.name_ru <> named.name_ru
ORDER BY named.ticker
ON CONFLICT (ticker) DO UPDATE SET name_en = excluded.name_en, name_ru = excluded.name_ru
"""
)


def instruments_name(orders: Iterable[trading.OrderPlaced | trading.OrderPlacedV2]) -> None:
    """Remember what the instruments of orders are called: of several of one instrument, as in the last.

    Older orders, which do not say it, change nothing.
    """
    named = {
        order.ticker: (order.ticker, order.name_en, order.name_ru)
        for order in orders
        if isinstance(order, trading.OrderPlacedV2) and order.name_en and order.name_ru
    }
    if named:
        execute_deferred(_COPY, columns(named.values()))
