"""CPU time of a system, per process: what the kernel has booked on each, its ended children included."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass

import psutil

from compose.local.paths import Home
from compose.local.postgres import AUDITOR, cluster_name
from compose.local.supervisor import Supervisor

#: PostgreSQL's backends that serve the measuring itself.
OURS = f"postgres: {AUDITOR}"


@dataclass(frozen=True)
class CpuUse:
    """CPU seconds by process over ``elapsed`` seconds; ``postgres: x`` are the backends of database x."""

    elapsed: float
    seconds: dict[str, float]

    @property
    def total(self) -> float:
        """Seconds of all processes together."""
        return sum(self.seconds.values())

    @property
    def cores(self) -> float:
        """How many cores were busy, on average."""
        return self.total / self.elapsed

    def per(self, count: int) -> dict[str, float]:
        """Milliseconds for each of ``count``, the most expensive process first."""
        ordered = sorted(self.seconds.items(), key=lambda item: -item[1])
        return {name: seconds / count * 1000 for name, seconds in ordered}


class CpuMeter:
    """Reads what the processes of a system have spent.

    Attributes:
        extra: name → process id of what runs beside supervisord and belongs to the system.
    """

    def __init__(self, home: Home) -> None:
        self.supervisor = Supervisor(home)
        self.title = f"postgres: {cluster_name(home)}: "
        self.extra: dict[str, int] = {}

    def read(self) -> CpuUse:
        """What was spent since the processes began; ``elapsed`` is the present moment."""
        named = {state["pid"]: state["name"] for state in self.supervisor.states() if state["pid"]}
        named |= {pid: name for name, pid in self.extra.items()}
        totals: dict[str, float] = defaultdict(float)
        root = psutil.Process(self.supervisor.pid())
        totals["supervisord"] = spent(root)
        for pid, name in named.items():
            for process in _family(pid):
                try:
                    totals[self._name(process, name)] += spent(process)
                except psutil.Error:
                    continue
        totals.pop(OURS, None)
        return CpuUse(time.monotonic(), dict(totals))

    def since(self, before: CpuUse) -> CpuUse:
        """What was spent since ``before``, an earlier :meth:`read`."""
        now = self.read()
        used = {name: now.seconds[name] - before.seconds.get(name, 0.0) for name in now.seconds}
        return CpuUse(now.elapsed - before.elapsed, used)

    def _name(self, process: psutil.Process, program: str) -> str:
        """The program's name; of a PostgreSQL backend the role it serves, without ``_owner``."""
        if program != "postgres":
            return program
        title = " ".join(process.cmdline())
        words = title.removeprefix(self.title).split()
        if not title.startswith(self.title) or len(words) < 3 or words[2] != "[local]":
            return "postgres: background"
        return f"postgres: {words[0].removesuffix('_owner')}"


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def spent(process: psutil.Process) -> float:
    """User and system time of a process and of those of its children that have ended."""
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)
