"""Processes that are killed, frozen or restarted."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

import psutil

from tests.faults.kinds.base import COMES_BACK, Fault
from tests.faults.target import Target, send


@dataclass
class Kill(Fault):
    """``kill -9``; supervisord starts it again."""

    pid: int = 0

    def inject(self, target: Target, random: Random) -> None:
        self.pid = target.pid(self.touches)
        with suppress(ProcessLookupError):
            if self.pid:
                os.kill(self.pid, signal.SIGKILL)

    def heal(self, target: Target) -> None:
        target.wait_until_restarted(self.touches, killed=self.pid, seconds=COMES_BACK)


@dataclass
class KillChild(Fault):
    """``kill -9`` of a child: a web server's worker, or a process of PostgreSQL, which restarts them all."""

    def inject(self, target: Target, random: Random) -> None:
        children = target.family(self.touches)[1:]
        if children:
            child = random.choice(children)
            with suppress(psutil.Error):
                self.notes.append(child.cmdline()[0].rpartition("/")[2].rpartition(": ")[2].strip())
                child.kill()


@dataclass
class Freeze(Fault):
    """SIGSTOP of a process and its children, SIGCONT later. What it had locked stays locked."""

    seconds: float = 10.0
    frozen: list[psutil.Process] = field(default_factory=list)

    def inject(self, target: Target, random: Random) -> None:
        self.frozen = target.family(self.touches)
        send(self.frozen, signal.SIGSTOP)

    def heal(self, target: Target) -> None:
        send(self.frozen, signal.SIGCONT)


@dataclass
class Restart(Fault):
    """Stopped as an operator would, and started again."""

    seconds: float = 1.0

    def inject(self, target: Target, random: Random) -> None:
        target.stop(self.touches)

    def heal(self, target: Target) -> None:
        target.start(self.touches)
