"""Which faults come when: drawn from a seed, or every fault once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from random import Random

from tests.faults.kinds import CATALOGUE, kind_of
from tests.faults.kinds.attacks import Holding
from tests.faults.kinds.base import Fault
from tests.faults.kinds.races import Race

#: How often a kind is drawn, beside the others.
WEIGHTS = {"window": 8, "kill": 4, "redis": 4, "freeze": 3, "postgres": 3, "clock": 3, "events": 3, "race": 2,
           "kill-child": 2, "tokens": 2, "attack": 2, "mail": 2, "restart": 1, "sessions": 1}  # fmt: skip
#: Faults of one trial; seconds within which they begin; seconds of load before the first.
HANDFUL = (3, 5)
WITHIN = 6.0
CALM = 1.0
#: Seconds between the end of a fault and the next one of the same process.
APART = 4.0
#: What is in no stage: each needs a split for itself, and one split is in the stage of the windows.
DRAWN_ONLY = (
    "window:market.split.after_halt",
    "window:market.split.after_cancel",
    "window:market.split.after_record",
    "window:trading.split.after_commit",
)
#: Seconds that nothing is frozen longer than.
FREEZE = 10.0


@dataclass
class Planned:
    """A fault and when it is injected, in seconds from the start of the load."""

    at: float
    fault: Fault

    def __str__(self) -> str:
        return f"{self.fault} at {self.at:.1f} s"


def drawn(random: Random) -> list[Planned]:
    """A handful of faults that overlap, never two at once of one process; at most one race."""
    plan: list[Planned] = []
    chosen: set[str] = set()
    kinds = list(WEIGHTS)
    wanted = random.randint(*HANDFUL)
    while len(plan) < wanted:
        kind = random.choices(kinds, [WEIGHTS[kind] for kind in kinds])[0]
        fault = CATALOGUE[random.choice([name for name in CATALOGUE if kind_of(name) == kind])]()
        whom = fault.touches or (kind if kind == "race" else fault.name)
        if whom in chosen:
            continue
        chosen.add(whom)
        at = random.uniform(0, WITHIN / 2 if fault.seconds >= FREEZE else WITHIN)
        plan.append(Planned(CALM + at, fault))
    return sorted(plan, key=lambda planned: planned.at)


def named(name: str) -> list[str]:
    """The faults that a name stands for: one, or every one of a kind.

    Raises:
        ValueError: there is none.
    """
    found = [known for known in CATALOGUE if name in (known, kind_of(known))]
    if not found:
        raise ValueError(f"there is no fault {name}; there are: {', '.join(CATALOGUE)}")
    return found


def single(name: str) -> list[Planned]:
    """One fault by itself; so a race must end exactly as it should."""
    fault = CATALOGUE[name]()
    if isinstance(fault, Race):
        fault.exact = True
    if isinstance(fault, Holding):
        fault.alone = True
    return [Planned(CALM, fault)]


def in_turn(names: list[str], *, pause: float, freeze: float = FREEZE) -> list[Planned]:
    """Every fault named once: one process after another, and for each process one fault after another.

    Args:
        pause: seconds between two faults.
        freeze: seconds that no fault outlasts.
    """
    free: dict[str, float] = defaultdict(float)
    plan = []
    at = CALM
    for name in names:
        fault = CATALOGUE[name]()
        fault.seconds = min(fault.seconds, freeze)
        start = max(at, free[fault.touches] if fault.touches else 0)
        free[fault.touches] = start + fault.seconds + APART
        plan.append(Planned(start, fault))
        at += pause
    return sorted(plan, key=lambda planned: planned.at)


def stages() -> dict[str, list[Planned]]:
    """Every fault once, but for :data:`DRAWN_ONLY`, in stages that are each looked at by themselves."""

    def those(*kinds: str) -> list[str]:
        return [name for name in CATALOGUE if kind_of(name) in kinds and name not in DRAWN_ONLY]

    windows = those("window")
    windows.sort(key=lambda name: name.partition(".")[2])  # by point, so that the services take turns
    return {
        "windows": in_turn(windows, pause=0.5),
        "kills": in_turn(those("kill", "kill-child", "restart"), pause=0.8),
        "frozen": in_turn(those("freeze", "postgres"), pause=1.0, freeze=5.0),
        **{name.replace(":", " "): single(name) for name in those("attack")},
        "mail": in_turn(those("mail"), pause=1.0),
        "servers": in_turn(those("redis", "sessions", "events", "clock", "tokens"), pause=1.0),
    }
