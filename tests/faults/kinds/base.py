"""What a fault is."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import ClassVar

from tests.faults.customer import Customer
from tests.faults.load import Trader
from tests.faults.target import Target

#: Seconds after which a process that was killed must be running again.
COMES_BACK = 60.0


@dataclass
class Fault:
    """Something that goes wrong, and its end. Its methods are called once each, in this order.

    Attributes:
        name: ``<kind>:<what>``, as it is asked for and reported.
        touches: the process it is done to; two faults of one process come one after the other. Empty:
            it is done to nobody in particular.
        seconds: how long it lasts, from ``inject`` to ``heal``.
        load: the customers who trade meanwhile; known once it is prepared.
        customers: of its own, to whom promises are made as to all others.
        notes: what was seen, for the report.
        broken: what it saw that must never be, whatever fails.
    """

    name: str
    touches: str = ""
    seconds: float = 0.0
    load: list[Trader] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    #: Only Linux can do it.
    needs_linux: ClassVar[bool] = False

    def prepare(self, target: Target) -> None:
        """Get ready, while everything is well."""

    def inject(self, target: Target, random: Random) -> None:
        """Let it happen."""
        raise NotImplementedError

    def heal(self, target: Target) -> None:
        """Put an end to it."""

    def afterwards(self, target: Target, end: float) -> None:
        """See, once every fault was healed, what must be true by ``end`` (monotonic clock)."""

    def __str__(self) -> str:
        return f"{self.name}{' (' + ', '.join(self.notes) + ')' if self.notes else ''}"
