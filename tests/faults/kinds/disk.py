"""The disk: everything is gone but a backup, which was made under load while customers went on."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import psutil

from compose.local import orphans
from compose.local.backup import lost
from compose.local.postgres import data_folder
from compose.local.settings import MANY_CUSTOMERS
from compose.local.supervisor import Supervisor
from tests.faults.customer import Customer
from tests.faults.kinds.base import Fault
from tests.faults.memory import Memory
from tests.faults.target import Target
from tests.system import latest_action

#: Seconds within which something happens that the load brings sooner or later.
UNDER_LOAD_S = 240.0
#: Trades between customers before the backup; calls of each customer after the restore.
TRADES, CALLS = 3, 5
#: What a lost disk leaves: the folder's own mark, and the logs, which a broken trial is read by.
LEFT = (".birzha-home", "log")


@dataclass
class LostDisk(Fault):
    """`make backup` under load, which goes on; then the machine goes down and its disk is lost; `make
    restore`, `make up`. Customers send again what they have sent since the backup, with the same keys.

    Attributes:
        backup_action: the row that the backup left in the audit trail.
    """

    trades: int = 0
    since: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=1))
    before: lost.Records = field(default_factory=dict)
    now: lost.Records = field(default_factory=dict)
    backup_action: dict[str, Any] = field(default_factory=dict)
    late: Customer | None = None
    file: Path | None = None

    def prepare(self, target: Target) -> None:
        self.trades = target.trades_between_customers()
        self.folder = Path(tempfile.mkdtemp(prefix="birzha-disk-"))

    def inject(self, target: Target, random: Random) -> None:
        _wait(lambda: target.trades_between_customers() >= self.trades + TRADES, "customers do not trade")
        memories = [trader.between_calls(Memory.of) for trader in self.load]
        self.before = lost.acknowledged(target.home, self.since)
        self.file = self._backup(target)
        made, self.backup_action = datetime.now(UTC), latest_action(target)
        self.late = Customer(target.url, seed=self.name)
        self.late.register()
        _wait(lambda: bool(lost.acknowledged(target.home, made)["orders"]), "nobody orders any more")
        self.now = self._power_cut(target)
        for path in target.home.root.iterdir():
            if path.name not in LEFT:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.rmtree(target.home.run, ignore_errors=True)
        for trader, memory in zip(self.load, memories, strict=True):
            trader.between_calls(memory.forget_later)

    def heal(self, target: Target) -> None:
        begun = time.monotonic()
        if not data_folder(target.home).exists():
            _make(target, "restore", FILE=str(self.file))
        _make(target, "up", **MANY_CUSTOMERS)
        self.notes.append(f"serves again {time.monotonic() - begun:.0f} s after the restore began")
        known = lost.acknowledged(target.home, self.since)
        gone = lost.in_words(lost.without(self.now, known))
        self.notes.append(f"lost since the backup: {', '.join(gone) or 'nothing'}")
        if missing := lost.in_words(lost.without(self.before, known)):
            self.broken.append(f"acknowledged before the backup, and lost: {', '.join(missing)}")
        if self.late:
            _wait(partial(_is_unknown, self.late), "who signed up after the backup is not told so")
        calls = [trader.calls for trader in self.load]
        _wait(
            lambda: all(t.calls >= past + CALLS for t, past in zip(self.load, calls, strict=True)),
            "the load does not go on",
        )
        shutil.rmtree(self.folder)

    def _backup(self, target: Target) -> Path:
        kept = self.folder / "kept"
        _make(target, "backup", BIRZHA_BACKUPS=str(kept))
        (file,) = kept.iterdir()
        return file

    def _power_cut(self, target: Target) -> lost.Records:
        """Nobody finishes what they have in hand, PostgreSQL last; returns what was acknowledged."""
        psutil.Process(Supervisor(target.home).pid()).kill()
        while others := _others(target):
            _kill(others)
        now = lost.acknowledged(target.home, self.since)
        while servers := orphans.of_postgres(target.home):
            _kill(servers)
        return now


def _others(target: Target) -> list[psutil.Process]:
    everything = orphans.of_system(target.home)
    servers = {process.pid for process in orphans.of_postgres(target.home)}
    return [process for process in everything if process.pid not in servers]


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.Error:
            continue
    psutil.wait_procs(processes, timeout=1)


def _make(target: Target, command: str, **variables: str) -> None:
    done = target.run("compose.local", command, variables=variables)
    assert done.returncode == 0, f"make {command}: {done.stdout}{done.stderr}"


def _is_unknown(customer: Customer) -> bool:
    """Whether a sign-in is refused, as of a name that there is not.

    Raises:
        AssertionError: it succeeds.
    """
    status = customer.sign_in().status
    assert status != 200, "who signed up after the backup can sign in"
    return status == 401


def _wait(until: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + UNDER_LOAD_S
    while not until():
        assert time.monotonic() < end, otherwise
        time.sleep(0.2)
