"""stream: what a process spends on 1,000 listeners, each of whom is told a change a second."""

from __future__ import annotations

import time

from benchmarks.crowds.listeners import listening
from benchmarks.figures import Figure, Goal, Measurement, Run, Size
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import CommandError, say
from compose.local.paths import Home

#: The process of the stream.
PROCESS = "market-stream"
#: How many instruments they listen to, by turns.
TICKERS = 20


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system whose own prices stand still."""
    with fresh_system(home) as system:
        time.sleep(size.settle_seconds)
        return [measure_once(system, size) for _ in range(runs)]


def measure_once(system: BenchSystem, size: Size) -> Run:
    """One stretch of listening. Changes are published as market_service publishes them, through Redis."""
    tickers = system.inside("market", "tickers_some", count=TICKERS)
    with listening(system.home.socket(PROCESS), tickers, size.listeners) as listeners:
        while listeners.events < size.listeners:  # each is told the present quote first
            time.sleep(0.1)
        listeners.events = 0
        with (
            system.begin_inside(
                "market", "quotes_publish", tickers=tickers, seconds=size.listening_seconds
            ) as publishing,
            system.measured() as before,
        ):
            published = publishing.result()
            used = system.cpu.since(before)
    if listeners.open < size.listeners:
        raise CommandError(f"only {listeners.open} of {size.listeners} were listened to")
    share = used.seconds[PROCESS] / used.elapsed * 100
    reached = listeners.events / (published * size.listeners) * 100
    say(f"  stream: {share:.1f} % of a core, {reached:.1f} % of the changes received")
    return Run({"cpu": share, "received": reached})


MEASUREMENT = Measurement(
    name="stream",
    title="Stream",
    about="1,000 connections to the one process of the quotes' stream, at its socket; they listen to 20 "
    "instruments by turns, and each of these changes once a second for half a minute. CPU of that process.",
    figures=(
        Figure("cpu", "CPU of the process", "% of one core", Goal(at_most=30), digits=1),
        Figure("received", "changes that came to all listeners", "%", Goal(at_least=99), digits=1),
    ),
    measure=measure,
)
