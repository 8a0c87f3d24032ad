"""growth: does it become slower with a million orders behind it?"""

from __future__ import annotations

from uuid import UUID

from benchmarks.draining import drain
from benchmarks.figures import Figure, Goal, Measurement, Run, Size
from benchmarks.history import make_past, past_id
from benchmarks.prepare import customers, instruments
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import say
from compose.local.paths import Home

#: The orders that are there before the first measured ones.
FEW = 1000


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system: all runs with few orders, then the past is made, then all runs with many."""
    first = min(FEW, size.orders)
    copies = -(-size.past_orders // (first + runs * size.orders))
    with fresh_system(home) as system:
        tickers = instruments(system, size.instruments)
        users = customers(system, max(size.customers, -(-size.past_customers // copies)))
        drain(system, orders=first, users=users, tickers=tickers, seed=100)
        few = _rates(system, size, users, tickers, runs)
        rows = make_past(system, copies=copies)
        say(f"  rows now: {', '.join(f'{name} {count:,}' for name, count in rows.items())}")
        users += [str(past_id(UUID(user), back + 1)) for user in users for back in range(copies)]
        drain(system, orders=first, users=users, tickers=tickers, seed=100)
        many = _rates(system, size, users, tickers, runs)
        system.check(but=["I10"])
    return [
        Run({"few": before, "many": after, "ratio": after / before * 100, "rows": sum(rows.values()) / 1e6})
        for before, after in zip(few, many, strict=True)
    ]


def _rates(system: BenchSystem, size: Size, users: list[str], tickers: list[str], runs: int) -> list[float]:
    """Orders a second of each run; said at once, since the whole takes long."""
    rates = [
        drain(system, orders=size.orders, users=users, tickers=tickers, seed=seed).rate
        for seed in range(runs)
    ]
    say(f"  {' · '.join(f'{rate:,.0f}' for rate in rates)} orders/s")
    return rates


MEASUREMENT = Measurement(
    name="growth",
    title="Growth",
    about="The drain again, on a system with 1,000 orders, and then on the same system with 1,000,000 "
    "past orders and 100,000 customers, all of whom order at random. The past is the system's own customers "
    "and orders copied with other ids and earlier times into every table they are in (users, accounts, "
    "deposits, orders, fills, history, positions, holds, journal, ledger, venue, notifications; in the "
    "outboxes and inboxes only the last 24 copies), then `VACUUM ANALYZE`. `make check` afterwards finds "
    "nothing wrong but the hash chain, whose hashes are copied.",
    figures=(
        Figure("few", "with 1,000 orders", "orders/s"),
        Figure("many", "with 1,000,000 orders and 100,000 customers", "orders/s"),
        Figure("ratio", "many ÷ few", "%", Goal(at_least=90)),
        Figure("rows", "rows in all tables of the past", "million", digits=1),
    ),
    measure=measure,
)
