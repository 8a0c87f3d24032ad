"""``--profile``: some processes of the measured system run under the sampler instead of supervisord."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.sampler import SWITCH
from compose.local import orphans
from compose.local.console import say, step
from compose.local.paths import ROOT, Home
from compose.local.supervisor import INHERITED, Supervisor
from compose.system.environment import PROCESS_VARIABLES

#: The names of the processes to look at, as given by ``--profile``.
PROFILED: list[str] = []
#: Seconds that a process takes to be ready, on a slow machine.
START = 10


@contextmanager
def profiled(home: Home, names: list[str]) -> Iterator[dict[str, int]]:
    """Start processes anew, under the sampler; yields name → process id. They are ended afterwards."""
    if not names:
        yield {}
        return
    for old in home.log.glob("profile*"):
        old.unlink()
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        with step(f"starting {', '.join(names)} under the profiler"):
            for name in names:
                Supervisor(home).stop(name)
                started[name] = _start(home, name)
            time.sleep(START)
        yield {name: process.pid for name, process in started.items()}
    finally:
        for process in started.values():
            process.send_signal(signal.SIGTERM)
        for process in started.values():
            process.wait()


def _start(home: Home, name: str) -> subprocess.Popen[bytes]:
    environment = {key: os.environ[key] for key in INHERITED if key in os.environ}
    environment |= {**PROCESS_VARIABLES, "BIRZHA_HOME": str(home.root), orphans.MARK: str(home.root)}
    argv = [sys.executable, "-m", "benchmarks.sampler", name]
    with (home.log / f"{name}.log").open("ab") as log:
        return subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=log, stderr=log)


def switch(home: Home, *, on: bool) -> None:
    """Let the samplers look, or not."""
    file = home.log / SWITCH
    if on:
        file.touch()
    else:
        file.unlink(missing_ok=True)


def packages(home: Home, name: str) -> dict[str, float]:
    """Package → its percentage of the samples of a process and of those it forked."""
    found: Counter[str] = Counter()
    for file in home.log.glob(f"profile-{name}-*.json"):
        found.update(json.loads(file.read_text(encoding="utf-8")))
    return {package: n / found.total() * 100 for package, n in found.most_common()}


def show(home: Home) -> None:
    """Print what the samplers have seen."""
    for name in PROFILED:
        for file in home.log.glob(f"profile-{name}-*.txt"):
            say("\n" + file.read_text(encoding="utf-8"))
