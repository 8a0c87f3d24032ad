"""intake: orders through the public port, as many as 32 clients can, while everything drains."""

from __future__ import annotations

from benchmarks import profiler
from benchmarks.client import place_as_fast_as_possible, sign_up
from benchmarks.draining import id_of_now, wait_settled
from benchmarks.figures import Figure, Goal, Measurement, Run, Size, percentile
from benchmarks.prepare import instruments
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import say
from compose.local.paths import Home

#: Deposits of each client: what its orders cost at 100.00, and something over.
DEPOSIT = 1_000_000
PRICE = 110


_SPENT_ON = "What trading's web server spends its CPU on meanwhile, % of samples"


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system, one load after the other; one more, not counted, tells what a request does."""
    with fresh_system(home) as system:
        tickers = instruments(system, size.instruments)
        measured = [measure_once(system, tickers, size) for _ in range(runs)]
        if not profiler.PROFILED:
            with profiler.profiled(system.home, ["trading"]) as system.cpu.extra:
                measure_once(system, tickers, size)
            for run in measured:
                run.splits[_SPENT_ON] = profiler.packages(system.home, "trading")
        system.check()
    return measured


def measure_once(system: BenchSystem, tickers: list[str], size: Size) -> Run:
    """One load by new customers: access tokens live for minutes only."""
    deposits = 1 + size.requests // size.clients * PRICE // DEPOSIT
    customers = sign_up(system.url, size.clients, deposits=deposits)
    system.wait_quiet()
    place_as_fast_as_possible(system.url, customers, tickers, count=size.clients)  # connections, caches
    system.wait_quiet()
    first_id = id_of_now()
    with system.measured() as before:
        answers = place_as_fast_as_possible(system.url, customers, tickers, count=size.requests)
        at_intake = system.cpu.since(before)
        wait_settled(system, since=first_id, orders=answers.orders)
        used = system.cpu.since(before)
    orders = len(answers.orders)
    rate, cpu = orders / answers.elapsed, used.total / orders * 1000
    say(f"  intake: {rate:,.0f} orders/s, {cpu:.1f} ms CPU an order")
    return Run(
        {
            "rate": rate,
            "p50": percentile(answers.took, 0.50) * 1000,
            "p99": percentile(answers.took, 0.99) * 1000,
            "settled_rate": orders / used.elapsed,
            "cpu": cpu,
            "cores": at_intake.cores,
            "clients_cpu": answers.cpu / orders * 1000,
        },
        {"CPU per settled order, ms": used.per(orders)},
    )


MEASUREMENT = Measurement(
    name="intake",
    title="Intake and CPU per order at saturation",
    about="32 clients, each a customer of its own with one kept-alive connection to the gateway, post "
    "4,000 market orders to `/api/v1/orders` as fast as they are answered, while everything behind "
    "drains. The CPU is that of all processes of the system, PostgreSQL and Valkey included, from the "
    "first request until the last of the orders is settled and notified; the clients share the "
    "machine's cores, and their own CPU is given apart. What a request's CPU is spent on is from one "
    "more load, with trading's web server under a sampling profiler (benchmarks/sampler.py): each "
    "package's own lines, the C code that they call included (`django.db`: psycopg2's, mostly).",
    figures=(
        Figure("rate", "orders answered", "orders/s"),
        Figure("p50", "answer, p50", "ms", digits=1),
        Figure("p99", "answer, p99", "ms", digits=1),
        Figure("settled_rate", "settled and notified, from the first request on", "orders/s"),
        Figure("cpu", "CPU per settled order, all processes", "ms", Goal(at_most=6), digits=2),
        Figure("cores", "busy during the intake, without the clients", "cores", digits=2),
        Figure("clients_cpu", "the clients' own CPU per order", "ms", digits=2),
    ),
    measure=measure,
)
