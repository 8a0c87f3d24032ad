"""Clocks that jump: of one service's Python processes, or of all; see ``tests/faults/clock``."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from compose.system import WEB_SERVERS
from tests.faults.client import ApiConnection
from tests.faults.kinds.base import Fault
from tests.faults.load import HOT
from tests.faults.target import Target

SERVICES = tuple(service.name for service in WEB_SERVERS)
#: How far a clock jumps, as it is called → seconds.
JUMPS = {"+2m": 120.0, "-2m": -120.0, "+1h": 3600.0, "-1h": -3600.0}


@dataclass
class Jump(Fault):
    """The clock is off for a while, then jumps back."""

    jump: float = 0.0
    seconds: float = 5.0
    services: tuple[str, ...] = ()

    def inject(self, target: Target, random: Random) -> None:
        self.services = random.choice((SERVICES, *((service,) for service in SERVICES)))
        self.notes.append("all" if self.services == SERVICES else self.services[0])
        for service in self.services:
            target.set_clock(service, self.jump)

    def heal(self, target: Target) -> None:
        for service in self.services:
            target.set_clock(service, 0)
        self.healed = datetime.now(UTC)

    def afterwards(self, target: Target, end: float) -> None:
        """The periodic tasks go on: prices are renewed every few seconds."""
        connection = ApiConnection(target.url)
        while True:
            call = connection.call("GET", f"/instruments/{HOT}")
            if call.outcome == "ok" and datetime.fromisoformat(call.answer["price_at"]) > self.healed:
                return
            if time.monotonic() > end:
                self.broken.append(f"no price was renewed since the clock was put right: {call.answer}")
                return
            time.sleep(0.5)
