"""Events that arrive three times, in any order."""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from redis.exceptions import RedisError

from compose.services import SERVICES
from tests.faults.kinds.base import Fault
from tests.faults.target import Target, send

#: Who publishes what an order's life is made of.
PUBLISHERS = ("trading", "billing", "market")
#: Seconds during which nobody reads, so that there is something to shuffle.
UNREAD = 1.5


@dataclass
class Shuffle(Fault):
    """The subscribers stand still for a moment; then all that is new comes three times, shuffled."""

    publisher: str = "trading"
    copies: int = 3

    def inject(self, target: Target, random: Random) -> None:
        readers = [
            process
            for service in SERVICES
            if service.name != self.publisher
            for process in target.family(f"{service.name}-worker")
        ]
        send(readers, signal.SIGSTOP)
        try:
            time.sleep(UNREAD)
            with suppress(RedisError):
                self._shuffle(target, random)
        finally:
            send(readers, signal.SIGCONT)

    def _shuffle(self, target: Target, random: Random) -> None:
        client, stream = target.redis(), f"events:{self.publisher}"
        newest = client.xrevrange(stream, count=200)
        now = int(newest[0][0].partition("-")[0]) if newest else 0
        fresh = [entry for entry in newest if int(entry[0].partition("-")[0]) > now - 2000]
        deck = [fields for _, fields in fresh] * self.copies
        random.shuffle(deck)
        with client.pipeline(transaction=True) as pipeline:
            if fresh:
                pipeline.xdel(stream, *(entry for entry, _ in fresh))
            for fields in deck:
                pipeline.xadd(stream, fields)
            pipeline.execute()
        self.notes.append(f"{len(fresh)} events of {self.publisher}")
