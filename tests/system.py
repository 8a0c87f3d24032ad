"""The running system that the tests of this folder speak to, and its processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg2
from psycopg2.extras import RealDictCursor

from compose.local import environment
from compose.local.paths import ROOT, Home
from compose.local.supervisor import RUNNING, Supervisor
from servicekit.testing.waiting import wait


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

    def cookie(self, name: str) -> str:
        """How this system calls one of its cookies: ``session``, ``operator`` …"""
        return f"birzha_{name}_{self.settings_of('web')['BIRZHA_COOKIE_SUFFIX']}"

    def give(self, folder: Path) -> None:
        """Let the system's user, who is not root even where root started it, have a test's folder."""
        owner = self.home.root.stat()
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)

    def process(self, name: str) -> dict[str, Any]:
        """What supervisord knows of a process: ``pid, statename, group`` and more."""
        return next(state for state in Supervisor(self.home).states() if state["name"] == name)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """A process stands still meanwhile, with all that it has started and that has not ended."""
        parent = psutil.Process(int(self.process(name)["pid"]))
        family = [parent, *parent.children(recursive=True)]
        _send(family, signal.SIGSTOP)
        try:
            yield
        finally:
            _send(family, signal.SIGCONT)

    def kill(self, name: str) -> int:
        """``kill -9`` of a process of this system; returns the process id that it had."""
        pid = int(self.process(name)["pid"])
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_until_restarted(self, name: str, *, killed: int, seconds: float = 60) -> None:
        """Return when supervisord has started the process again, under another process id."""
        self._wait(name, lambda state: state["pid"] not in (0, killed), seconds)

    def wait_until_running(self, name: str, *, seconds: float = 60) -> None:
        """Return when supervisord has seen the process stay up."""
        self._wait(name, lambda state: state["statename"] == RUNNING, seconds)

    def _wait(self, name: str, good: Callable[[dict[str, Any]], bool], seconds: float) -> None:
        wait(lambda: good(self.process(name)), f"{name} did not come back", seconds)

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

    def run(
        self, module: str, *arguments: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the project's programs against this system, with more variables."""
        environment = (
            os.environ | dict(variables or {}) | {"BIRZHA_HOME": str(self.home.root), "BIRZHA_URL": self.url}
        )
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False
        )

    def _supervisorctl(self, action: str, name: str) -> None:
        target = f"{self.process(name)['group']}:{name}"
        socket = f"unix://{self.home.socket('supervisor')}"
        command = [sys.executable, "-m", "supervisor.supervisorctl", "-s", socket, action, target]
        subprocess.run(command, cwd=ROOT, capture_output=True, timeout=90, check=True)


def latest_action(system: System, service: str = "user") -> dict[str, Any]:
    """The last row of a service's audit trail."""
    auditor = system.settings_of("auditor")
    connection = psycopg2.connect(
        host=auditor["BIRZHA_DATABASE_HOST"],
        port=auditor["BIRZHA_DATABASE_PORT"],
        user=auditor["BIRZHA_DATABASE_USER"],
        password=auditor["BIRZHA_DATABASE_PASSWORD"],
        dbname=service,
        cursor_factory=RealDictCursor,
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM audit_entries ORDER BY id DESC LIMIT 1")
            row = cursor.fetchone()
            assert row is not None, f"{service} has no audit trail yet"
            return dict(row)
    finally:
        connection.close()


def _send(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)
