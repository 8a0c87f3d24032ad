"""Which version each service runs, which canary stands beside it, and what became of canaries.

One file, ``versions.json``, which outlives the processes: a system that comes up again runs what it ran.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

#: Lines of history that are kept.
MAX_HISTORY = 50


@dataclass(frozen=True)
class Version:
    """Where a version's files are.

    Attributes:
        label: for people: ``the checkout``, ``3ebe4ba0c1d2 (main)``.
        folder: absolute; empty: the checkout, as its files are when a process starts.
    """

    label: str
    folder: str = ""


CHECKOUT = Version("the checkout")


@dataclass
class Canary:
    """A second version of a service.

    Attributes:
        version: what it runs.
        weight: percent of the requests that it gets.
        phase: ``starting``, ``serving`` (watched by the controller), ``promoting``, or ``failed`` (it has
            no share any more and is about to be stopped).
        since: when it came, ISO 8601.
    """

    version: Version
    weight: int = 0
    phase: str = "starting"
    since: str = ""


@dataclass
class HistoryEntry:
    """One line of the history: when, to which service's canary, what, and why (may be empty)."""

    time: str
    service: str
    what: str
    why: str = ""


@dataclass
class Versions:
    """Everything that the file says.

    Attributes:
        stable: service → its version; the others run the checkout.
        previous: service → what it ran before the last promotion.
        canaries: service → its canary.
        history: the oldest first.
        started: service → the commit that the checkout was when its processes were started from it.
    """

    stable: dict[str, Version] = field(default_factory=dict)
    previous: dict[str, Version] = field(default_factory=dict)
    canaries: dict[str, Canary] = field(default_factory=dict)
    history: list[HistoryEntry] = field(default_factory=list)
    started: dict[str, str] = field(default_factory=dict)

    def stable_of(self, service: str) -> Version:
        """What a service runs, its canary aside."""
        return self.stable.get(service, CHECKOUT)

    def set_stable(self, service: str, version: Version) -> None:
        """Let a service run this version."""
        if version == CHECKOUT:
            self.stable.pop(service, None)
        else:
            self.stable[service] = version

    def weights(self) -> dict[str, int]:
        """Service → percent, of those with a canary."""
        return {service: canary.weight for service, canary in self.canaries.items()}

    def note(self, service: str, what: str, why: str = "") -> None:
        """Add a line to the history."""
        self.history.append(HistoryEntry(now(), service, what, why))
        del self.history[:-MAX_HISTORY]


def now() -> str:
    """This second, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read(file: Path) -> Versions:
    """What the file says; no file: every service runs the checkout.

    Raises:
        ValueError: it is no such file.
    """
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Versions()
    try:
        return Versions(
            stable={name: Version(**value) for name, value in raw["stable"].items()},
            previous={name: Version(**value) for name, value in raw["previous"].items()},
            canaries={
                name: Canary(**{**value, "version": Version(**value["version"])})
                for name, value in raw["canaries"].items()
            },
            history=[HistoryEntry(**value) for value in raw["history"]],
            started=dict(raw.get("started", {})),  # a file of before has none
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{file} is not a file of make canary: {error!r}") from None


@contextmanager
def change(file: Path) -> Iterator[Versions]:
    """Read, change and write the file; others who change it wait. Nothing is written when it raises."""
    descriptor = os.open(file.with_name(f".{file.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        versions = read(file)
        yield versions
        temporary = file.with_name(f".{file.name}.new")
        temporary.write_text(
            json.dumps(asdict(versions), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        temporary.replace(file)
    finally:
        os.close(descriptor)
