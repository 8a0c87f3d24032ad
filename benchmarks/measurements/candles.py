"""candles: how long an answer takes, with few candles kept and with many, and what keeping them costs."""

from __future__ import annotations

from benchmarks.figures import Figure, Goal, Measurement, Run, Size
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import say, step
from compose.local.paths import Home


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system: first with few candles, then with ten times as many."""
    with fresh_system(home) as system:
        system.inside("market", "instruments_fill", count=size.candle_instruments)
        return measure_once(system, size, runs)


def measure_once(system: BenchSystem, size: Size, runs: int) -> list[Run]:
    """All runs, on what is listed."""
    measured = [Run() for _ in range(runs)]
    for name, minutes in (("few", size.candle_minutes // 10), ("many", size.candle_minutes)):
        with step(f"keeping {minutes} minutes of each instrument"):
            system.inside("market", "candles_fill", minutes=minutes)
        for run in measured:
            taken = system.inside("market", "candles_time", times=size.searches)
            run.values |= {"days": taken["days"], f"minutes_{name}": taken["minutes"]}
            if name == "many":
                run.values |= system.inside("market", "candles_keep")
            say("  candles: " + "  ".join(f"{key} {value:.1f}" for key, value in run.values.items()))
    return measured


MEASUREMENT = Measurement(
    name="candles",
    title="Candles",
    about="Requests for candles to a process of market_service beside a new system: all that a request is "
    "but the gateway, and nothing is cached. 200 instruments, each with 5,000 minutes, then with 50,000: 10 "
    "million rows. One has 20 years of days. Then an hour of all of them ends and is rolled up, and what is "
    "too old goes.",
    figures=(
        Figure("days", "20 years of days in one answer, 95 %", "ms", Goal(at_most=30), digits=1),
        Figure("minutes_few", "a day of minutes, 1 million kept, 95 %", "ms", digits=1),
        Figure("minutes_many", "a day of minutes, 10 million kept, 95 %", "ms", digits=1),
        Figure("roll_up", "rolling up an hour, for each instrument", "ms", digits=2),
        Figure("purge", "deleting two days that are too old, for each instrument", "ms", digits=2),
    ),
    measure=measure,
)
