"""search: how long a search takes, and what the plain list costs, with few instruments and with many."""

from __future__ import annotations

from itertools import product

from benchmarks.figures import Figure, Goal, Measurement, Run, Size
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import say, step
from compose.local.paths import Home

#: Way of searching → what it is.
WAYS = {
    "ticker": "a ticker",
    "beginning": "the beginning of a word",
    "word": "a word of a name",
    "cyrillic": "a word in Russian",
    "two_words": "two words",
    "typo": "a word with a typo",
    "layout": "a word in the other keyboard layout",
    "nothing": "nothing found",
    "nearly_all": "a word that nearly all have",
}
SIZES = {"few": "2,000", "many": "100,000"}


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system: first with few instruments, then with many."""
    with fresh_system(home) as system:
        measured = [Run() for _ in range(runs)]
        with step(f"listing {size.searched_few} instruments"):
            system.inside("market", "instruments_fill", count=size.searched_few)
        _measure(system, measured, size, "few")
        with step(f"listing {size.searched_many} instruments"):
            more = size.searched_many - size.searched_few
            system.inside("market", "instruments_fill", count=more, first=size.searched_few)
        _measure(system, measured, size, "many")
    return measured


def _measure(system: BenchSystem, runs: list[Run], size: Size, many: str) -> None:
    for run in runs:
        p95_ms = system.inside("market", "searches_time", times=size.searches)
        run.values |= {f"{name}_{many}": value for name, value in p95_ms.items()}
        say("  search: " + "  ".join(f"{name} {value:.1f}" for name, value in p95_ms.items()))


MEASUREMENT = Measurement(
    name="search",
    title="Search",
    about="Requests for the list of instruments, each other than the one before, to a process of "
    "market_service beside a new system: all that a request is but the gateway, and nothing is cached. Names "
    "have two words in each language, of some 250,000 different ones, and one that all have. Of a search: "
    "how long 95 % take at most. Of the plain list of 50: CPU of the process.",
    figures=(
        *(
            Figure(f"{way}_{size}", f"{words}, {count}, 95 %", "ms", Goal(at_most=30), digits=1)
            for (way, words), (size, count) in product(WAYS.items(), SIZES.items())
        ),
        *(
            Figure(f"list_{size}", f"the list, {count}", "ms of CPU", Goal(at_most=4), digits=1)
            for size, count in SIZES.items()
        ),
        Figure("far_page_many", "page 1,000 of the list, 100,000", "ms of CPU", Goal(at_most=20), digits=1),
    ),
    measure=measure,
)
