"""Versions under supervisord: what :mod:`gateway.canary` asks of this machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Literal

from compose.local.canary import versions
from compose.local.paths import Home, write_private
from compose.local.processes import canary_group
from compose.local.ready import UnixConnection, get
from compose.local.supervisor import RUNNING, STARTING, Supervisor
from compose.system import WEB_SERVERS
from gateway.canary import state
from gateway.canary.lifecycle import Canaries
from gateway.canary.runner import Instance, Process
from gateway.canary.state import Version
from gateway.runtime.canary_traffic import CanaryTraffic

#: Seconds of one lease of the stable worker and one of the canary's, together.
ROUND_S = 10.0

_STATES: dict[str, Literal["starting", "running"]] = {STARTING: "starting", RUNNING: "running"}
_FAILURES = re.compile(rb"^birzha_event_failures_total\{[^}]*\} (\S+)$", re.MULTILINE)


def canaries_of(
    home: Home, step: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext()
) -> Canaries:
    """The canaries of a system; ``step`` shows what takes its time."""
    traffic = CanaryTraffic(home.etc / "gateway", home.run)
    return Canaries(home.versions, traffic, SupervisedRunner(home), step)


class SupervisedRunner:
    """A :class:`gateway.canary.runner.Runner`. A process finds its version's folder in ``versions.json``."""

    def __init__(self, home: Home) -> None:
        self.home, self.supervisor = home, Supervisor(home)

    def start(self, instance: Instance, version: Version) -> None:
        """Raises:
        CommandError: supervisord does not take it.
        """
        if instance.canary:
            group = canary_group(instance.service)
            self.supervisor.add(group)
            self.supervisor.start(group)
        else:
            self.supervisor.start_processes(self._names(instance))

    def stop(self, instance: Instance) -> None:
        if instance.canary:
            self.supervisor.end(canary_group(instance.service))
        else:
            names = self._names(instance)
            with ThreadPoolExecutor(len(names)) as pool:  # each takes its time to finish what it has in hand
                list(pool.map(self.supervisor.stop, names))

    def processes(self, instance: Instance) -> list[Process]:
        names = self._names(instance)
        return [
            Process(
                name=found["name"],
                run=str(found["pid"]),
                state=_STATES.get(found["statename"], "ended"),
            )
            for found in self.supervisor.states()
            if found["name"] in names
        ]

    def endpoint(self, instance: Instance) -> str:
        return f"unix:{self.home.socket(instance.name)}"

    def failed_events(self, instance: Instance) -> int:
        worker = UnixConnection(self.home.socket(f"{instance.name}-worker"), timeout=1)
        _, body = get(worker, "/metrics", "*/*")
        return int(sum(float(value) for value in _FAILURES.findall(body)))

    def share_events(self, service: str, percent: int) -> None:
        for canary, share in ((True, percent), (False, 100 - percent)):
            write_private(self._lease(Instance(service, canary)), f"{ROUND_S * share / 100}\n")

    def forget(self, service: str) -> None:
        """Also where nothing runs yet."""
        for canary in (True, False):
            self._lease(Instance(service, canary)).unlink(missing_ok=True)
        if self.supervisor.alive():
            self.supervisor.reread_configuration()
        versions.remove_unused(self.home, state.read(self.home.versions))

    def _lease(self, instance: Instance) -> Path:
        return self.home.lease_file(f"{instance.name}-worker")

    def _names(self, instance: Instance) -> list[str]:
        service = next(service for service in WEB_SERVERS if service.name == instance.service)
        return [process.name for process in service.processes(instance.name if instance.canary else "")]
