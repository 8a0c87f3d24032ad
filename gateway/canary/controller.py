"""Watches the canaries of a system and rolls back one that fails, within 5 seconds.

First the share becomes 0, which takes milliseconds; then the canary finishes what it has in hand and is
stopped, when no command is at work on the system. The rules: ``verdict``, ``event_watch``, and here that a
process of the canary which dies is a reason as well.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager

from gateway.canary import state
from gateway.canary.event_watch import EventWatch
from gateway.canary.lifecycle import Canaries
from gateway.canary.runner import Instance
from gateway.canary.watch import INTERVAL_S, Watch

#: Seconds between two checks when there is no canary.
IDLE_INTERVAL_S = 1.0


class Controller:
    """Watches every canary of one system.

    Args:
        canaries: of the system.
        alone: holds off every command on the system, if none is at work; returns whether.
        log: called with level, message and more by name.
    """

    def __init__(
        self,
        canaries: Canaries,
        *,
        alone: Callable[[], AbstractContextManager[bool]],
        log: Callable[..., None],
    ) -> None:
        self.canaries, self.alone, self.log = canaries, alone, log
        self.watches: dict[str, _Watches] = {}

    def step(self) -> float:
        """Look once at every canary. Returns the seconds until the next check."""
        canaries = state.read(self.canaries.file).canaries
        for name in set(self.watches) - set(canaries):
            del self.watches[name]
        for name, canary in canaries.items():
            if canary.phase == "serving":
                if name not in self.watches:
                    self.watches[name] = _Watches(self.canaries, name)
                if reason := self.watches[name].check():
                    self._roll_back(name, reason)
            elif canary.phase == "failed":
                self._finish(name)
        return INTERVAL_S if canaries else IDLE_INTERVAL_S

    def _roll_back(self, name: str, why: str) -> None:
        canary = self.canaries.roll_back(name, "rolled back by the controller", why, phases=("serving",))
        if canary:
            label, weight = canary.version.label, canary.weight
            self.log("warning", "canary rolled back", of=name, version=label, weight=weight, why=why)

    def _finish(self, name: str) -> None:
        """Stop a canary without a share; at the next check while a command is at work on the system."""
        with self.alone() as ours:
            if ours:
                self.canaries.end(name)
                self.log("info", "canary stopped", of=name)


class _Watches:
    """All that is looked at of one canary."""

    def __init__(self, canaries: Canaries, service: str) -> None:
        self.runner, self.instance = canaries.runner, Instance(service, canary=True)
        self.answers = Watch(canaries.traffic.admin, service)
        self.events = EventWatch(self.runner.failed_events, service)
        self.runs: dict[str, str] = {}

    def check(self) -> str:
        """Why the canary is to be rolled back; empty: it is not."""
        return self.answers.check() or self._died() or self.events.check()

    def _died(self) -> str:
        """A dead process is started again at once, so it is known by its new run, too."""
        with contextlib.suppress(OSError):
            for process in self.runner.processes(self.instance):
                first = self.runs.setdefault(process.name, process.run)
                if process.state == "ended" or process.run != first:
                    return f"its process {process.name} died"
        return ""
