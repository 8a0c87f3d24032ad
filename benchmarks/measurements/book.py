"""book: what the venue spends on an order, by what the order meets."""

from __future__ import annotations

from benchmarks.figures import Figure, Goal, Measurement, Run, Size
from benchmarks.prepare import instruments
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import say
from compose.local.paths import Home

#: Prices that one taker goes through.
LEVELS = 10


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system, in a process beside the venue's worker, which is stopped: nobody hears of it."""
    with fresh_system(home) as system:
        tickers = instruments(system, size.book_instruments)
        system.cpu.supervisor.stop("market-worker")
        measured = [_shallow(system, tickers, size) for _ in range(runs)]
        system.inside("market", "book_deepen", tickers=tickers, orders=size.book_resting)
        for run in measured:
            _deep(run, system, tickers, size)
    return measured


def _shallow(system: BenchSystem, tickers: list[str], size: Size) -> Run:
    """With next to nothing in the book."""
    run, some = Run(), tickers[: size.instruments]
    house = system.inside("market", "orders_at_the_house", tickers=some, count=size.orders)
    resting = system.inside("market", "orders_that_rest_and_fill", tickers=some, count=size.orders)
    levels = system.inside("market", "takers_through_levels", tickers=some, levels=LEVELS)
    tick = system.inside("market", "tick_that_crosses", ticker=tickers[0], orders=size.book_crossed)
    run.values |= {
        "house": house["us"],
        "house_lock": house["ms"],
        "meet": resting["us"],
        "meet_ratio": resting["us"] / house["us"],
        "levels": levels["us"],
        "tick": tick["ms"],
        "tick_longest": tick["longest_ms"],
    }
    say(f"  house {house['us']:.0f} us, meet {resting['us']:.0f} us, levels {levels['us']:.0f} us")
    say(f"  tick {tick['ms']:.0f} ms, its longest transaction {tick['longest_ms']:.0f} ms")
    return run


def _deep(run: Run, system: BenchSystem, tickers: list[str], size: Size) -> None:
    """The same beside a deep book."""
    some = tickers[: size.instruments]
    house = system.inside("market", "orders_at_the_house", tickers=some, count=size.orders)
    resting = system.inside("market", "orders_that_rest_and_fill", tickers=some, count=size.orders)
    run.values |= {
        "deep_house": house["us"],
        "deep_ratio": house["us"] / run.values["house"],
        "deep_meet": resting["us"],
    }
    say(f"  deep: house {house['us']:.0f}, meet {resting['us']:.0f} us")


MEASUREMENT = Measurement(
    name="book",
    title="Book: what the venue spends on an order",
    about="The venue's own step, in batches of 200 through its inbox, in a process of its own on a new "
    "system: CPU of the process and of its PostgreSQL backend together, the median batch. Market orders "
    "against the house; limit orders, half of which rest until the other half fills them; takers that fill "
    "one order at each of 10 prices (50 takers a batch); a quote that reaches 10,000 resting orders of one "
    "instrument. Then the first two again, with 1,000,000 orders that rest on 1,000 instruments.",
    figures=(
        Figure("house", "a market order against the house, CPU", "µs"),
        Figure("house_lock", "200 of them, in one transaction", "ms", digits=1),
        Figure("meet", "an order that rests or fills one, CPU", "µs"),
        Figure("meet_ratio", "the one by the other", "times", digits=2),
        Figure("levels", "a taker through 10 prices, CPU", "µs"),
        Figure("tick", "a quote that reaches 10,000 orders", "ms"),
        Figure("tick_longest", "its longest transaction", "ms", Goal(at_most=250)),
        Figure("deep_house", "a market order, 1,000,000 resting, CPU", "µs"),
        Figure("deep_ratio", "that by a market order in an empty book", "times", digits=2),
        Figure("deep_meet", "an order that rests or fills one, 1,000,000 resting, CPU", "µs"),
    ),
    measure=measure,
)
