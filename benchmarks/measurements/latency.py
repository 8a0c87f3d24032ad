"""latency: a steady trickle of orders, and how long each takes to every station of its way."""

from __future__ import annotations

from typing import Any

from benchmarks.client import Answers, place_at_rate, sign_up
from benchmarks.draining import id_of_now, wait_settled
from benchmarks.figures import Figure, Goal, Measurement, Run, Size, percentile
from benchmarks.prepare import instruments
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import say
from compose.local.paths import Home

#: Customers who order in turn.
CUSTOMERS = 8
DEPOSITS = 1

#: Station → where its times are: service, and a query of (order id, seconds since the epoch).
STATIONS = {
    "working": (
        "trading",
        "SELECT order_id, extract(epoch FROM at) FROM orders_ordertransition "
        "WHERE to_status = 'working' AND order_id = ANY(%s::uuid[])",
    ),
    "filled": (
        "trading",
        "SELECT order_id, extract(epoch FROM at) FROM orders_ordertransition "
        "WHERE to_status = 'filled' AND order_id = ANY(%s::uuid[])",
    ),
    "settled": (
        "billing",
        "SELECT order_id, extract(epoch FROM occurred_at) FROM ledger_journalentry "
        "WHERE order_id = ANY(%s::uuid[])",
    ),
    "notified": (
        "notification",
        "SELECT order_id, extract(epoch FROM created_at) FROM notification_inbox_notification "
        "WHERE order_id = ANY(%s::uuid[])",
    ),
}


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system."""
    with fresh_system(home) as system:
        tickers = instruments(system, size.instruments)
        measured = [measure_once(system, tickers, size) for _ in range(runs)]
        system.check()
    return measured


def measure_once(system: BenchSystem, tickers: list[str], size: Size) -> Run:
    """One minute of orders by new customers."""
    customers = sign_up(system.url, CUSTOMERS, deposits=DEPOSITS)
    place_at_rate(system.url, customers, tickers, count=2 * size.rate, rate=size.rate)  # warms up
    system.wait_quiet()
    first_id = id_of_now()
    count = size.rate * size.latency_seconds
    with system.measured() as before:
        answers = place_at_rate(system.url, customers, tickers, count=count, rate=size.rate)
        wait_settled(system, since=first_id, orders=answers.orders)
        used = system.cpu.since(before)
    times = {"answer": [took * 1000 for took in answers.took]}
    times |= {station: times_to(station, system, answers) for station in STATIONS}
    values: dict[str, Any] = {}
    for station, times_ms in times.items():
        values[f"{station}_p50"] = percentile(times_ms, 0.50)
        values[f"{station}_p99"] = percentile(times_ms, 0.99)
        values[f"{station}_max"] = max(times_ms)
    values["cpu"] = used.total / count * 1000
    say(
        f"  latency: filled p50 {values['filled_p50']:.1f} ms, p99 {values['filled_p99']:.1f} ms, "
        f"{values['cpu']:.1f} ms CPU an order"
    )
    return Run(values, {"CPU per order, ms": used.per(count)})


def times_to(station: str, system: BenchSystem, answers: Answers) -> list[float]:
    """From the click to the station, in milliseconds, of every order."""
    service, query = STATIONS[station]
    rows = system.rows(service, query, [answers.orders])
    assert len(rows) == len(answers.orders), station
    return [(float(at) - answers.began[str(order)]) * 1000 for order, at in rows]


def _figures() -> tuple[Figure, ...]:
    goals = {"filled_p50": Goal(at_most=30), "filled_p99": Goal(at_most=100)}
    figures = []
    for station in ("answer", *STATIONS):
        for part in ("p50", "p99", "max"):
            key = f"{station}_{part}"
            figures.append(Figure(key, f"click → {station}, {part}", "ms", goals.get(key), digits=1))
    cpu = Figure("cpu", "CPU per order, all processes", "ms", Goal(at_most=8), digits=2)
    return (*figures, cpu)


MEASUREMENT = Measurement(
    name="latency",
    title="Latency at 20 orders a second",
    about="Each order is sent at its own moment, for a minute, whether the ones before are answered or "
    "not. The click is the moment before the request is sent; the stations are the times that the "
    "services themselves have written: the order's history (working, filled), its journal entry "
    "(settled), its notification (notified). A station's time is taken within the transaction that "
    "commits a moment later; the station after it can only be reached after that commit. The CPU is that of "
    "all processes of the system, what they spend when idle included; an order comes alone here, so that "
    "no batch helps it.",
    figures=_figures(),
    measure=measure,
)
