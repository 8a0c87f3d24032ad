"""Strangers who hold on to what they have begun: the load goes on beside them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import httpx

from benchmarks.crowds.slow_clients import SlowClients
from tests.faults.kinds.base import Fault
from tests.faults.target import Target

#: How many of them; four held a service, 24 the system, when requests went on before they were whole.
HALF_OPEN, SLOW_READERS = 300, 100
#: Reads that must be answered meanwhile, unless something else is down as well.
MUST_ANSWER = ("/sign-in", "/api/v1/instruments/AAPL", "/admin/users/login/")


@dataclass
class Holding(Fault):
    """Half-open requests, or readers of a byte a second.

    Attributes:
        half_open, slow_readers: how many.
        alone: nothing else fails meanwhile, so everybody else must be answered.
    """

    seconds: float = 6.0
    half_open: int = 0
    slow_readers: int = 0
    alone: bool = False
    crowd: SlowClients | None = None

    def inject(self, target: Target, random: Random) -> None:
        self.crowd = SlowClients(target.url, half_open=self.half_open, slow_readers=self.slow_readers)
        self.crowd.__enter__()

    def heal(self, target: Target) -> None:
        answers = [self._status(target, path) for path in MUST_ANSWER]
        self.notes.append(f"others got {answers}")
        if self.alone and answers != [200] * len(answers):
            self.broken.append(f"{self.name} kept others from being answered: {answers}")
        if self.crowd:
            self.crowd.__exit__(None, None, None)

    @staticmethod
    def _status(target: Target, path: str) -> int:
        try:
            return httpx.get(target.url + path, timeout=60).status_code
        except httpx.HTTPError:
            return 0
