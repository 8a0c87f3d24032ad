"""What a measurement gives: figures with their goals, one value per run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from compose.local.paths import Home


@dataclass(frozen=True)
class Goal:
    """``at_least`` or ``at_most`` so much."""

    at_least: float | None = None
    at_most: float | None = None

    def reached(self, value: float) -> bool:
        """Whether a value is good enough."""
        if self.at_least is not None:
            return value >= self.at_least
        return self.at_most is None or value <= self.at_most

    def __str__(self) -> str:
        return f"≥ {self.at_least:,g}" if self.at_least is not None else f"≤ {self.at_most:,g}"


@dataclass(frozen=True)
class Figure:
    """One number that a measurement gives in every run.

    Attributes:
        key: its name in the results.
        text: what it is, for people.
        unit: such as ``orders/s``.
        goal: what it should be.
        digits: shown after the point.
    """

    key: str
    text: str
    unit: str
    goal: Goal | None = None
    digits: int = 0

    def shown(self, value: float) -> str:
        """A value for people."""
        return f"{value:,.{self.digits}f}"


@dataclass
class Run:
    """One run of a measurement.

    Attributes:
        values: figure key → value.
        splits: title → process → milliseconds (of CPU per order, say).
    """

    values: dict[str, float] = field(default_factory=dict)
    splits: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Size:
    """How much is measured. The defaults are what docs/benchmarks.md shows."""

    orders: int = 5000
    customers: int = 1000
    instruments: int = 200
    limit_seconds: int = 10
    clients: int = 32
    requests: int = 4000
    rate: int = 20
    latency_seconds: int = 60
    idle_seconds: int = 60
    settle_seconds: int = 30
    past_orders: int = 1_000_000
    past_customers: int = 100_000
    gateway_seconds: float = 5.0
    gateway_connections: int = 16
    page_views: int = 200
    isolation_turns: int = 3
    isolation_seconds: float = 8
    gathering_seconds: float = 3
    half_open: int = 500
    slow_readers: int = 200
    files: int = 50
    file_rows: int = 5_000
    long_file_rows: int = 100_000
    sign_ins: int = 300
    mails: int = 20_000
    listed: int = 6_000
    searched_few: int = 2_000
    searched_many: int = 100_000
    searches: int = 60
    candle_instruments: int = 200
    candle_minutes: int = 50_000
    listeners: int = 1_000
    listening_seconds: int = 30
    book_instruments: int = 1_000
    book_resting: int = 1_000_000
    book_crossed: int = 10_000


@dataclass(frozen=True)
class Measurement:
    """One of the things that are measured.

    Attributes:
        name: what ``ONLY=`` calls it.
        title: its heading.
        about: what is done, in a few sentences.
        figures: what it gives.
        measure: runs it so many times on systems made in this home.
    """

    name: str
    title: str
    about: str
    figures: tuple[Figure, ...]
    measure: Callable[[Home, Size, int], list[Run]]


def medians(runs: list[Run]) -> Run:
    """The median of every value and of every process's share."""
    merged = Run()
    for key in runs[0].values:
        merged.values[key] = median(run.values[key] for run in runs)
    for title in runs[0].splits:
        names = {name for run in runs for name in run.splits[title]}
        shares = {name: median(run.splits[title].get(name, 0.0) for run in runs) for name in names}
        merged.splits[title] = dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))
    return merged


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]
