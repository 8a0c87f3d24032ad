"""idle: what the whole system spends when nobody does anything."""

from __future__ import annotations

import time

from benchmarks.figures import Figure, Goal, Measurement, Run, Size
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import say
from compose.local.paths import Home


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system as `make up` starts it, its quotes moving."""
    with fresh_system(home, feed="simulated") as system:
        time.sleep(size.settle_seconds)
        return [measure_once(system, size) for _ in range(runs)]


def measure_once(system: BenchSystem, size: Size) -> Run:
    """One stretch of doing nothing."""
    with system.measured() as before:
        time.sleep(size.idle_seconds)
        used = system.cpu.since(before)
    say(f"  idle: {used.cores * 100:.2f} % of a core")
    ordered = sorted(used.seconds.items(), key=lambda item: (-item[1], item[0]))
    shares = {name: seconds / used.elapsed * 100 for name, seconds in ordered}
    return Run({"cpu": used.cores * 100}, {"% of one core": shares})


MEASUREMENT = Measurement(
    name="idle",
    title="Idle",
    about="A new system as `make up` starts it, with its prices moving every five seconds, its "
    "schedules and health checks, and nobody there, for a minute.",
    figures=(Figure("cpu", "CPU of all processes", "% of one core", Goal(at_most=3), digits=2),),
    measure=measure,
)
