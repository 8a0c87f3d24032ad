"""PostgreSQL: stopped at once, or one of its backends frozen with locks in its hands."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from random import Random

import psutil
import psycopg2

from tests.faults.kinds.base import COMES_BACK, Fault
from tests.faults.target import Target, send

#: Database → rows that everything there needs sooner or later.
HOT_ROWS = {
    "billing": "SELECT id FROM ledger_ledgeraccount ORDER BY id DESC LIMIT 20 FOR UPDATE",
    "market": "SELECT id FROM instruments_instrument ORDER BY id FOR UPDATE",
    "trading": "SELECT id FROM orders_order ORDER BY id DESC LIMIT 20 FOR UPDATE",
}


@dataclass
class ImmediateStop(Fault):
    """SIGQUIT: no checkpoint, every connection cut, recovery from the log at the next start."""

    pid: int = 0

    def inject(self, target: Target, random: Random) -> None:
        self.pid = target.pid("postgres")
        with suppress(ProcessLookupError):
            if self.pid:
                os.kill(self.pid, signal.SIGQUIT)

    def heal(self, target: Target) -> None:
        target.wait_until_restarted("postgres", killed=self.pid, seconds=COMES_BACK)


@dataclass
class FrozenLocks(Fault):
    """A backend that holds locks is stopped: not even the server's own time limits free them."""

    database: str = ""
    seconds: float = 10.0
    backend: list[psutil.Process] = field(default_factory=list)
    held: ExitStack = field(default_factory=ExitStack)

    def inject(self, target: Target, random: Random) -> None:
        try:
            connection = self.held.enter_context(target.superuser(self.database))
            cursor = connection.cursor()
            cursor.execute("BEGIN")
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            cursor.execute(HOT_ROWS[self.database])
            self.notes.append(f"{cursor.rowcount} rows")
            self.backend = [psutil.Process(connection.info.backend_pid)]
        except (psycopg2.Error, psutil.Error) as error:
            self.notes.append(f"no locks: {str(error).strip().splitlines()[0]}")
        send(self.backend, signal.SIGSTOP)

    def heal(self, target: Target) -> None:
        send(self.backend, signal.SIGCONT)
        self.held.close()
