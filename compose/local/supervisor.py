"""supervisord of one system: starting it, and talking to it over its socket."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from compose.local import orphans, processes
from compose.local.console import CommandError
from compose.local.paths import ROOT, Home

#: What a process inherits from the shell of the command; BIRZHA_* of that shell stay outside.
INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH")

RUNNING, STARTING = "RUNNING", "STARTING"

NOT_RUNNING = "Birzha is not running. Start it with: make up"


class Supervisor:
    """The supervisord of one home. Every call may raise OSError when it is not there."""

    def __init__(self, home: Home) -> None:
        self.home = home

    @property
    def _rpc(self) -> Any:
        """A connection of its own for each call: one that failed cannot be used again."""
        transport = SupervisorTransport(None, None, serverurl=f"unix://{self.home.socket('supervisor')}")
        return ServerProxy("http://127.0.0.1", transport=transport).supervisor

    def alive(self) -> bool:
        """Whether it answers."""
        try:
            return bool(self._rpc.getState()["statecode"] == 1)
        except (OSError, Fault):
            return False

    def require_alive(self) -> None:
        """Refuse to go on without it.

        Raises:
            CommandError: it does not answer.
        """
        if not self.alive():
            raise CommandError(NOT_RUNNING)

    def launch(self) -> None:
        """Start it, with nothing under it yet.

        Raises:
            CommandError: it did not come up.
        """
        file = processes.write_configuration(self.home)
        environment = {key: os.environ[key] for key in INHERITED if key in os.environ}
        environment |= {
            "BIRZHA_HOME": str(self.home.root),
            "BIRZHA_ROOT": str(ROOT),
            "BIRZHA_PYTHON": sys.executable,
            orphans.MARK: str(self.home.root),
        }
        argv = [sys.executable, "-m", "supervisor.supervisord", "-c", str(file)]
        result = subprocess.run(
            argv,
            env=environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        end = time.monotonic() + 15
        while result.returncode == 0 and time.monotonic() < end:
            if self.alive():
                return
            time.sleep(0.05)
        output = (result.stdout + result.stderr).strip().splitlines() or ["no answer on its socket"]
        raise CommandError(f"supervisord did not start: {output[-1]}")

    def start(self, group: str) -> None:
        """Start what is not running of a group; does not wait."""
        for process in self.states():
            if process["group"] == group and process["statename"] not in (RUNNING, STARTING):
                try:
                    self._rpc.startProcess(f"{group}:{process['name']}", False)
                except Fault as fault:
                    if "ALREADY_STARTED" not in fault.faultString:
                        raise CommandError(
                            f"{process['name']} cannot be started: {fault.faultString}"
                        ) from fault

    def start_processes(self, names: list[str]) -> None:
        """Start those of these processes that do not run; does not wait."""
        groups = {process["name"]: process["group"] for process in self.states()}
        for name in names:
            try:
                self._rpc.startProcess(f"{groups[name]}:{name}", False)
            except Fault as fault:
                if "ALREADY_STARTED" not in fault.faultString:
                    raise

    def stop(self, name: str) -> None:
        """Stop one process until it is started again; returns when it has ended."""
        process = next(process for process in self.states() if process["name"] == name)
        try:
            self._rpc.stopProcess(f"{process['group']}:{name}", True)
        except Fault as fault:
            if "NOT_RUNNING" not in fault.faultString:
                raise

    def signal(self, name: str, number: str) -> None:
        """Send a signal to a running process: ``HUP``.

        Raises:
            CommandError: it is not running.
        """
        process = next(process for process in self.states() if process["name"] == name)
        try:
            self._rpc.signalProcess(f"{process['group']}:{name}", number)
        except Fault as fault:
            raise CommandError(f"{name} cannot be signalled: {fault.faultString}") from fault

    def add(self, group: str) -> None:
        """Learn of a group that was written into the configuration since; nothing of it starts yet."""
        self.reread_configuration()
        try:
            self._rpc.addProcessGroup(group)
        except Fault as fault:
            if "ALREADY_ADDED" not in fault.faultString:
                raise CommandError(f"{group} cannot be added: {fault.faultString}") from fault

    def end(self, group: str) -> None:
        """Stop a group and forget it. It may be gone already."""
        if any(process["group"] == group for process in self.states()):
            self._rpc.stopProcessGroup(group, True)
            self._rpc.removeProcessGroup(group)

    def reread_configuration(self) -> None:
        """Read the configuration as it would be written now; what runs goes on as it is."""
        processes.write_configuration(self.home)
        self._rpc.reloadConfig()

    def states(self) -> list[dict[str, Any]]:
        """Every process: ``name, group, statename, pid, start, now, description``."""
        found: list[dict[str, Any]] = self._rpc.getAllProcessInfo()
        return found

    def pid(self) -> int:
        """Its own process id."""
        return int(self._rpc.getPID())

    def shutdown(self, *, seconds: float = 90) -> None:
        """Stop everything, groups in the opposite order of their start, and end.

        Raises:
            CommandError: it is still there after the time.
        """
        self._rpc.shutdown()
        end = time.monotonic() + seconds
        while self.alive() or orphans.of_system(self.home):
            if time.monotonic() > end:
                raise CommandError(f"Not everything has stopped; see {self.home.log / 'supervisord.log'}.")
            time.sleep(0.2)


def log_file(home: Home, name: str) -> Path:
    """Where a process's output goes."""
    return home.log / f"{name}.log"


def log_tail(home: Home, name: str, lines: int = 15) -> str:
    """The last lines of a process's log, indented."""
    try:
        with log_file(home, name).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 20_000))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return "    (no log)"
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
