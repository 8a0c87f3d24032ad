"""drain: orders that are all there at once, until the last is settled and notified."""

from __future__ import annotations

from benchmarks.draining import drain
from benchmarks.figures import Figure, Goal, Measurement, Run, Size
from benchmarks.limit import purchases_per_second
from benchmarks.prepare import customers, instruments
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import say
from compose.local.paths import Home

_PER_ORDER = "CPU per order while draining, ms"


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system: what PostgreSQL can do, and what the whole of Birzha does, side by side."""
    with fresh_system(home) as system:
        tickers = instruments(system, size.instruments)
        users = customers(system, size.customers)
        measured = [measure_once(system, users, tickers, size, seed) for seed in range(runs)]
        system.check()
    return measured


def measure_once(system: BenchSystem, users: list[str], tickers: list[str], size: Size, seed: int) -> Run:
    """One run on a system with these customers and instruments."""
    run = Run()
    for key, count in (("limit", size.instruments), ("limit_hot", 1)):
        run.values[key] = purchases_per_second(
            system, customers=size.customers, instruments=count, seconds=size.limit_seconds
        )
    for key, what, sells in (
        ("rate", tickers, 0.0),
        ("rate_hot", tickers[:1], 0.0),
        ("rate_mixed", tickers, 0.5),
    ):
        drained = drain(system, orders=size.orders, users=users, tickers=what, sells=sells, seed=seed)
        run.values[key] = drained.rate
        if key == "rate":
            run.values["cpu"] = drained.cpu.total / drained.orders * 1000
            run.values["cores"] = drained.cpu.cores
            run.splits[_PER_ORDER] = drained.cpu.per(drained.orders)
        say(f"  {key}: {drained.rate:,.0f} orders/s")
    run.values["of_limit"] = run.values["rate"] / run.values["limit"] * 100
    run.values["of_limit_hot"] = run.values["rate_hot"] / run.values["limit_hot"] * 100
    return run


MEASUREMENT = Measurement(
    name="drain",
    title="Drain: from placed to settled and notified",
    about="5,000 market orders (1 to 5 units, by random ones of 1,000 customers, of random ones of 200 "
    "instruments) are placed by trading's own use-case in one transaction. The clock runs from that "
    "transaction's commit to the latest time in a journal entry or a notification of these orders. "
    "Beside it, in the same run on the same server, what PostgreSQL does when a purchase is a single "
    "transaction in a single database (order, two balances, two ledger rows, position, quantity; "
    "pgbench, 8 clients). `make check` afterwards finds nothing wrong.",
    figures=(
        Figure("rate", "settled and notified", "orders/s", Goal(at_least=1000)),
        Figure("rate_hot", "the same, all of one instrument", "orders/s", Goal(at_least=500)),
        Figure("rate_mixed", "the same, half of them sells", "orders/s"),
        Figure("limit", "single-transaction limit (pgbench)", "purchases/s"),
        Figure("limit_hot", "single-transaction limit, all of one instrument", "purchases/s"),
        Figure("of_limit", "drain ÷ limit", "%", Goal(at_least=45)),
        Figure("of_limit_hot", "drain ÷ limit, all of one instrument", "%"),
        Figure("cpu", "CPU per order, without the intake", "ms", digits=2),
        Figure("cores", "busy while draining", "cores", digits=2),
    ),
    measure=measure,
)
