"""The running system that the tests of this folder speak to, and its processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

from compose.local import environment
from compose.local.paths import ROOT, Home
from compose.local.supervisor import RUNNING, Supervisor


@dataclass(frozen=True)
class System:
    """A running system.

    Attributes:
        url: its public address, without a slash at the end.
        home: its folder; its files and processes are this machine's.
    """

    url: str
    home: Home

    def settings_of(self, name: str) -> dict[str, str]:
        """The values of ``etc/<name>.env``: of a service, ``operator`` or ``auditor``."""
        return environment.read(self.home, name)

    def process(self, name: str) -> dict[str, Any]:
        """What supervisord knows of a process: ``pid, statename, group`` and more."""
        return next(state for state in Supervisor(self.home).states() if state["name"] == name)

    def kill(self, name: str) -> int:
        """``kill -9`` of a process of this system; returns the process id that it had."""
        pid = int(self.process(name)["pid"])
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_until_back(self, name: str, *, killed: int, seconds: float = 60) -> None:
        """Return when supervisord runs the process again, under another process id."""
        end = time.monotonic() + seconds
        while True:
            state = self.process(name)
            if state["statename"] == RUNNING and state["pid"] != killed:
                return
            assert time.monotonic() < end, f"{name} did not come back: {state}"
            time.sleep(0.2)

    def stop(self, name: str) -> None:
        """Stop one process until :meth:`start`."""
        self._supervisorctl("stop", name)

    def start(self, name: str) -> None:
        """Start it again; returns when supervisord runs it."""
        self._supervisorctl("start", name)

    def check(self) -> str:
        """Run `make check` against this system; returns what it printed, fails when it found something."""
        result = self.run("compose.check")
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def run(self, module: str) -> subprocess.CompletedProcess[str]:
        """Run one of the project's programs against this system."""
        variables = os.environ | {"BIRZHA_HOME": str(self.home.root), "BIRZHA_URL": self.url}
        command = [sys.executable, "-m", module]
        return subprocess.run(
            command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=300, check=False
        )

    def _supervisorctl(self, action: str, name: str) -> None:
        target = f"{self.process(name)['group']}:{name}"
        socket = f"unix://{self.home.socket('supervisor')}"
        command = [sys.executable, "-m", "supervisor.supervisorctl", "-s", socket, action, target]
        subprocess.run(command, cwd=ROOT, capture_output=True, timeout=90, check=True)
