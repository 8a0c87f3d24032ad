"""A gateway under its hot restarter, as the local system runs it: to be reloaded, restarted, ended."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

from gateway.runtime.admin import Admin
from gateway.runtime.config_sync import wait_until_applied
from gateway.tests.running import System, made

#: Seconds; every request of the tests ends within them.
DRAIN = 2


@dataclass
class RestartableGateway:
    """The gateway, and the process of its hot restarter."""

    system: System
    process: subprocess.Popen[bytes]

    def change(self, edit: Callable[[dict[str, Any]], Any]) -> None:
        """Edit gateway.yaml, render, and wait until Envoy has applied it."""
        system = self.system
        raw = yaml.safe_load(system.source.read_text(encoding="utf-8"))
        edit(raw)
        system.source.write_text(yaml.safe_dump(raw), encoding="utf-8")
        system.render()
        wait_until_applied(Admin(system.run_dir / "gateway-admin.sock"), system.folder / "etc", seconds=60)

    def restart(self) -> None:
        """Let a new Envoy take over, and do not wait for it."""
        self.process.send_signal(signal.SIGHUP)

    def envoys(self) -> list[int]:
        """The process ids of its Envoys, the oldest first."""
        return [child.pid for child in psutil.Process(self.process.pid).children()]

    def wait_until_alone(self, *, without: list[int]) -> int:
        """Return when a single Envoy is left and it is none of those: its process id."""
        end = time.monotonic() + 60
        while len(left := self.envoys()) != 1 or left[0] in without:
            assert time.monotonic() < end, left
            time.sleep(0.1)
        return left[0]


@contextmanager
def hot_restarter(system: System) -> Iterator[RestartableGateway]:
    """The gateway, up; its services are somebody else's."""
    system.render()
    argv = [sys.executable, "-m", "gateway.runtime.hot_restart", "--config", str(system.folder / "etc")]
    argv += ["--drain", str(DRAIN), "--concurrency", "2"]
    with (system.folder / "envoy.log").open("ab") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log)
        try:
            system.wait_until_up(process)
            yield RestartableGateway(system, process)
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(30)


@contextmanager
def restartable_gateway() -> Iterator[RestartableGateway]:
    """The gateway with its services, up, without nginx."""
    with tempfile.TemporaryDirectory(prefix="gw") as name:
        system = made(Path(name), rates=1000)
        system.start_services()
        with hot_restarter(system) as gateway:
            yield gateway
        for upstream in system.services.values():
            upstream.stop()
