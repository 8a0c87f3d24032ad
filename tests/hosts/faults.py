"""What happens to the hosts of the data, and how long no order was accepted then."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from servicekit.testing.waiting import wait
from tests.faults.client import Call
from tests.faults.kinds.base import Fault
from tests.faults.target import Target
from tests.hosts.namespaces import Host
from tests.hosts.servers import PATIENCE_S, PORTS, Servers

#: Seconds after which nobody waits any more for a host that is gone without a word: 25, and the time that an
#: attempt takes; the kernel by itself would wait for two hours.
GIVEN_UP_S = 60.0
#: Of what no role but ours and the replication's may be seen as on a replica.
STRANGERS = """
SELECT string_agg(DISTINCT usename, ' ') FROM pg_stat_activity
WHERE backend_type = 'client backend' AND usename <> 'postgres'
"""


@dataclass
class HostFault(Fault):
    """Ends only when customers trade again.

    Attributes:
        begun: when (seconds since the epoch).
    """

    servers: Servers | None = None
    begun: float = 0.0

    @property
    def there(self) -> Servers:
        """The servers."""
        assert self.servers
        return self.servers

    def inject(self, target: Target, random: Random) -> None:
        self.begun = time.time()
        self.happen()

    def heal(self, target: Target) -> None:
        self.mend()
        mended = time.time()
        wait(lambda: any(call.ended > mended for call in self._orders("ok")), "no order", PATIENCE_S)
        self.notes.append(f"no order was accepted for {self._pause():.1f} s")
        answers = Counter(call.status for call in self._orders("unknown") if call.ended >= self.begun)
        self.notes.append(f"orders without a decision, by status: {dict(answers)}")

    def happen(self) -> None:
        """Let it happen."""
        raise NotImplementedError

    def mend(self) -> None:
        """What an operator, or time, does about it."""

    def _orders(self, outcome: str) -> list[Call]:
        intents = [intent for one in self.load for intent in list(one.intents.values())]
        calls = (call for intent in intents if intent.path == "/orders" for call in list(intent.calls))
        return [call for call in calls if call.outcome == outcome]

    def _pause(self) -> float:
        """Seconds of the longest time since it began in which no order was accepted."""
        accepted = sorted(call.ended for call in self._orders("ok") if call.ended > self.begun)
        return max(later - one for one, later in pairwise([self.begun, *accepted]))


@dataclass
class MasterKilled(HostFault):
    """Redis's master is killed; Sentinels let its replica take over."""

    def happen(self) -> None:
        users = {line["user"] for line in self.there.redis("redis-2").client_list()}
        if users - {"admin", "(superuser)"}:  # ours, and the master's
            self.broken.append(f"services were connected to the replica of Redis: {users}")
        self.there.kill("redis-1")

    def mend(self) -> None:
        wait(lambda: self.there.is_master("redis-2"), "no other master", PATIENCE_S)


@dataclass
class PrimarysHostLost(HostFault):
    """The host of PostgreSQL's primary loses its power: no connection of it is closed. It is replaced.

    Attributes:
        clients: the hosts from which the system connects to it.
    """

    clients: tuple[Host, ...] = ()

    def happen(self) -> None:
        if found := self.there.asked("standby", STRANGERS):
            self.broken.append(f"services were connected to the replica of PostgreSQL: {found}")
        wait(self.there.is_synchronous, "the replica is behind", PATIENCE_S)
        self.there.lose(self.there.first)

    def mend(self) -> None:
        self.there.promote()
        lost = time.monotonic()
        wait(lambda: not self._waiting_for_it(), "somebody still waits for the host that is gone", GIVEN_UP_S)
        self.notes.append(f"the last connection to it was given up {time.monotonic() - lost:.1f} s later")

    def _waiting_for_it(self) -> list[tuple[str, int]]:
        """The connections of the system to a server of data on the host that is gone."""
        places = {(self.there.first.address, PORTS[name]) for name in ("primary", "redis-1")}
        return [peer for host in self.clients for peer in host.peers() if peer in places]


@dataclass
class HostCut(HostFault):
    """A host is cut off for a while; no connection to it or of its own is closed.

    Attributes:
        host: which one.
    """

    host: Host | None = None
    seconds: float = 10.0

    def happen(self) -> None:
        assert self.host
        self.host.cut()

    def mend(self) -> None:
        assert self.host
        self.host.connect()


@dataclass
class InTurn(Fault):
    """Several of them, each once the one before is over."""

    faults: tuple[HostFault, ...] = ()

    def inject(self, target: Target, random: Random) -> None:
        for fault in self.faults:
            fault.load = self.load
            fault.inject(target, random)
            time.sleep(fault.seconds)
            fault.heal(target)
            self.broken += fault.broken
            self.notes.append(f"{fault}")
