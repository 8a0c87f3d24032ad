"""Events that arrive three times, in any order; and events that a thief takes."""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from redis import Redis
from redis.exceptions import RedisError

from compose.system import SERVICES
from servicekit.contracts.subscribers import publishers_of
from tests.faults.kinds.base import Fault
from tests.faults.target import Target, send

#: Who publishes what an order's life is made of.
PUBLISHERS = ("trading", "billing", "market")
#: From whom a thief takes what pays, sells and fills.
SUBSCRIBERS = ("billing", "trading")
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


@dataclass
class Stolen(Fault):
    """Somebody has a subscriber's password, and takes and acknowledges what it is told."""

    subscriber: str = "billing"
    seconds: float = 3.0

    def inject(self, target: Target, random: Random) -> None:
        url = target.settings_of(self.subscriber)["BIRZHA_REDIS_URL"]
        unread = {f"events:{publisher}": ">" for publisher in publishers_of(self.subscriber)}
        stolen, end = 0, time.monotonic() + self.seconds
        with Redis.from_url(url, decode_responses=True, protocol=2, socket_timeout=5) as thief:
            while time.monotonic() < end:
                with suppress(RedisError):  # a server that is down has nothing to be stolen
                    for stream, entries in thief.xreadgroup(self.subscriber, "thief", unread, block=50) or []:
                        thief.xack(stream, self.subscriber, *(entry for entry, _ in entries))
                        stolen += len(entries)
        self.notes.append(f"{stolen} events taken from {self.subscriber}")
