"""A second :class:`gateway.canary.runner.Runner`: each instance is one plain process, and no supervisor."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from gateway.canary.runner import Instance, Process
from gateway.canary.state import Version


class SubprocessRunner:
    """A version's folder says what it does wrong: ``failing``, and in ``failed_events`` how many it failed.

    Attributes:
        shares: of the events, service → the canary's percent.
        forgotten: the services that were forgotten, in order.
    """

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self.shares: dict[str, int] = {}
        self.forgotten: list[str] = []
        self.started: dict[Instance, tuple[subprocess.Popen[bytes], Version]] = {}

    def start(self, instance: Instance, version: Version) -> None:
        socket = str(self.run_dir / f"{instance.name}.sock")
        argv = [sys.executable, "-m", "gateway.tests.canary.version", version.label, socket, version.folder]
        self.started[instance] = subprocess.Popen(argv), version

    def stop(self, instance: Instance) -> None:
        if instance in self.started:
            process, _ = self.started.pop(instance)
            process.terminate()
            process.wait()

    def processes(self, instance: Instance) -> list[Process]:
        process, _ = self.started[instance]
        state = "running" if process.poll() is None else "ended"
        return [Process(instance.name, str(process.pid), state)]  # type: ignore[arg-type]

    def endpoint(self, instance: Instance) -> str:
        return f"unix:{self.run_dir / instance.name}.sock"

    def failed_events(self, instance: Instance) -> int:
        _, version = self.started[instance]
        return int((Path(version.folder) / "failed_events").read_text())

    def share_events(self, service: str, percent: int) -> None:
        self.shares[service] = percent

    def forget(self, service: str) -> None:
        self.shares.pop(service, None)
        self.forgotten.append(service)
