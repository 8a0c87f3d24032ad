"""``make bench``: every measurement, or some, on systems of their own; see README.md beside this."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from dataclasses import replace
from statistics import median

from benchmarks import document, machine, profiler
from benchmarks.figures import Measurement, Run, Size, medians
from benchmarks.measurements import MEASUREMENTS
from compose.local import install
from compose.local.console import CommandError, say
from compose.local.paths import ROOT, Home
from compose.system import PROCESSES

#: Runs that the document asks for.
ENOUGH = 3

#: Enough to see that everything works, not to learn a number.
SMALL = Size(
    orders=200,
    customers=20,
    instruments=5,
    limit_seconds=1,
    clients=4,
    requests=100,
    latency_seconds=3,
    idle_seconds=5,
    settle_seconds=0,
    past_orders=10_400,
    past_customers=200,
    gateway_seconds=0.3,
    page_views=5,
    isolation_turns=1,
    isolation_seconds=0.5,
    gathering_seconds=0.5,
    half_open=10,
    slow_readers=5,
    files=4,
    file_rows=50,
    long_file_rows=500,
    sign_ins=8,
    mails=200,
    listed=20,
    searched_few=30,
    searched_many=60,
    searches=4,
    candle_instruments=3,
    candle_minutes=3_000,
    listeners=20,
    listening_seconds=2,
    book_instruments=5,
    book_resting=1_000,
    book_crossed=1_200,
)


def main(arguments: list[str]) -> int:
    """Measure; returns the exit code: 0 also when a goal is not reached, 1 when something was wrong."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    home = Home.at(os.environ.get("BIRZHA_BENCH_HOME") or ROOT / ".birzha-bench")
    size = SMALL if options.small else Size()
    if options.orders:
        size = replace(size, orders=options.orders)
    profiler.PROFILED.extend(options.profile)
    partial = options.small or options.orders or options.profile or options.runs < ENOUGH
    failed = []
    with install.locked(ROOT / "benchmarks", "another make bench is running here; waiting for it"):
        for measurement in MEASUREMENTS:
            if options.only and measurement.name not in options.only:
                continue
            try:
                results = _measure(measurement, home, size, options.runs)
            except CommandError as error:
                say(f"\n{measurement.name} FAILED: {error}")
                failed.append(measurement.name)
                continue
            if options.write or not partial:
                document.save({measurement.name: results})
    if failed:
        say(f"\nnot measured: {', '.join(failed)}")
    return 1 if failed else 0


def _measure(measurement: Measurement, home: Home, size: Size, runs: int) -> tuple[list[Run], dict[str, str]]:
    say(f"\n=== {measurement.title} ({measurement.name})")
    where = machine.description() | {"busy_before": f"{machine.busy():.2f}"}
    begun = time.monotonic()
    measured = measurement.measure(home, size, runs)
    _show(measurement, measured)
    say(f"({len(measured)} runs, {time.monotonic() - begun:.0f} s, {where['busy_before']} cores busy before)")
    profiler.show(home)
    return measured, where


def _show(measurement: Measurement, runs: list[Run]) -> None:
    """Print the medians, the goals and the splits."""
    say("")
    for figure in measurement.figures:
        value = median(run.values[figure.key] for run in runs)
        verdict = ""
        if figure.goal is not None:
            verdict = f"goal {figure.goal}: {'reached' if figure.goal.reached(value) else 'NOT REACHED'}"
        say(f"{figure.text:<52}{figure.shown(value):>12} {figure.unit:<14} {verdict}".rstrip())
    for title, shares in medians(runs).splits.items():
        say(f"\n{title}")
        for name, share in shares.items():
            if share >= 0.005:
                say(f"  {name:<30}{share:>8.2f}")


def _options(arguments: list[str]) -> argparse.Namespace:
    """The options; those that `make` hands over as variables too."""
    parser = argparse.ArgumentParser(prog="make bench", description="How fast is it?")
    names = [measurement.name for measurement in MEASUREMENTS]
    programs = [process.name for process in PROCESSES if process.service]
    parser.add_argument("--only", nargs="+", choices=names, default=_given("ONLY"), help="run only these")
    runs = int(os.environ.get("RUNS") or 3)
    parser.add_argument("--runs", type=int, default=runs, help="runs of each (default: 3)")
    parser.add_argument("--orders", type=int, help="number of orders to drain (default: 5,000)")
    parser.add_argument("--small", action="store_true", help="a tiny run that only shows that it works")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md anyway")
    parser.add_argument(
        "--profile",
        nargs="+",
        choices=programs,
        default=_given("PROFILE"),
        metavar="PROCESS",
        help=f"show what these spend their CPU on: {', '.join(programs)}",
    )
    options = parser.parse_args(arguments)
    if unknown := {*options.only, *options.profile} - {*names, *programs}:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join((*names, *programs))}")
    return options


def _given(name: str) -> list[str]:
    """The words of a variable, as `make bench ONLY="drain idle"` gives it."""
    return os.environ.get(name, "").replace(",", " ").split()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CommandError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted.")
