"""sign_ins: how long an order takes while 300 people sign in at once."""

from __future__ import annotations

import time

from benchmarks.client import Customer, place_at_rate, sign_up
from benchmarks.crowds.sign_ins import SignInCrowd
from benchmarks.draining import id_of_now, wait_settled
from benchmarks.figures import Figure, Measurement, Run, Size, percentile
from benchmarks.measurements import latency
from benchmarks.prepare import instruments
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import say
from compose.local.paths import Home

#: Orders a second.
RATE = 20


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system."""
    with fresh_system(home) as system:
        tickers = instruments(system, size.instruments)
        measured = [measure_once(system, tickers, size) for _ in range(runs)]
        system.check()
    return measured


def measure_once(system: BenchSystem, tickers: list[str], size: Size) -> Run:
    """Orders alone, then beside the crowd, by turns."""
    buyers = sign_up(system.url, latency.CUSTOMERS, deposits=latency.DEPOSITS)
    crowd = sign_up(system.url, max(1, size.sign_ins // 10), deposits=1)
    alone: list[float] = []
    beside: list[float] = []
    _orders(system, buyers, tickers, 1)  # warms up
    for _ in range(size.isolation_turns):
        alone += _orders(system, buyers, tickers, size.isolation_seconds)
        with SignInCrowd(system.url, crowd, at_once=size.sign_ins) as signing_in:
            time.sleep(size.gathering_seconds)  # until all of the crowd is there
            beside += _orders(system, buyers, tickers, size.isolation_seconds)
    signed_in = signing_in.answers["api 200"] + signing_in.answers["page 303"]
    say(f"  orders: {len(beside)}, p99 {percentile(beside, 0.99):.0f} ms beside {signed_in} sign-ins")
    values = {"alone_p99": percentile(alone, 0.99), "beside_p50": percentile(beside, 0.5)}
    return Run(values | {"beside_p99": percentile(beside, 0.99)})


def _orders(
    system: BenchSystem, customers: list[Customer], tickers: list[str], seconds: float
) -> list[float]:
    """From the click to filled, in milliseconds, of orders at a steady rate."""
    first_id = id_of_now()
    count = max(1, round(RATE * seconds))
    answers = place_at_rate(system.url, customers, tickers, count=count, rate=RATE)
    wait_settled(system, since=first_id, orders=answers.orders)
    return latency.times_to("filled", system, answers)


MEASUREMENT = Measurement(
    name="sign_ins",
    title="Orders while 300 people sign in",
    about="20 orders a second, alone and beside 300 clients that sign in at once, again and again, half of "
    "them by the pages, by turns, three times 8 seconds each. The crowd shares the machine's cores.",
    figures=(
        Figure("alone_p99", "click → filled, alone, p99", "ms"),
        Figure("beside_p50", "click → filled beside 300 sign-ins at once, p50", "ms"),
        Figure("beside_p99", "click → filled beside 300 sign-ins at once, p99", "ms"),
    ),
    measure=measure,
)
