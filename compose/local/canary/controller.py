"""The process ``canary-controller``: watches the canaries and rolls back one that fails, within 5 seconds.

First the share becomes 0, which takes milliseconds; then the canary finishes what it has in hand and is
stopped, when no command is at work on the system. What it does and why goes to its log as JSON lines,
and into the history that ``make canary-status`` shows. The rules: gateway/canary/verdict.py, and here
that a process of the canary which dies, and a worker that fails events, are reasons as well.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
import time
from functools import partial
from typing import Any

from compose.local import install
from compose.local.canary import share
from compose.local.canary.events import EventWatch, failures
from compose.local.console import Trouble
from compose.local.paths import Home
from compose.local.processes import canary_group
from compose.local.supervisor import RUNNING, STARTING, Supervisor
from compose.system import WEB_SERVERS
from gateway.canary import state
from gateway.canary.watch import INTERVAL, Watch
from gateway.config.addresses import ADMIN_SOCKET
from gateway.runtime.admin import Admin
from gateway.runtime.config_sync import ConfigNotApplied

#: Seconds between two looks when there is no canary.
IDLE = 1.0


class Controller:
    """Watches every canary of one system."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.supervisor = Supervisor(home)
        self.watches: dict[str, Watch] = {}
        self.events: dict[str, EventWatch] = {}
        self.pids: dict[str, dict[str, int]] = {}

    def step(self) -> float:
        """Look once at every canary. Returns the seconds until the next look."""
        canaries = state.read(self.home.versions).canaries
        for name in set(self.watches) - set(canaries):
            del self.watches[name]
            del self.events[name]
            self.pids.pop(name, None)
        for name, canary in canaries.items():
            if canary.phase == "serving":
                if name not in self.watches:
                    self.watches[name] = Watch(Admin(self.home.run / ADMIN_SOCKET), name)
                    self.events[name] = EventWatch(partial(failures, self.home), name)
                if reason := self.watches[name].look() or self._process_died(name) or self._events(name):
                    self._roll_back(name, reason)
            elif canary.phase == "failed":
                self._finish(name)
        return INTERVAL if canaries else IDLE

    def _events(self, name: str) -> str:
        worker = next(service for service in WEB_SERVERS if service.name == name).has_worker
        return self.events[name].look() if worker else ""

    def _process_died(self, name: str) -> str:
        """supervisord starts a dead process again at once, so it is known by its new process id, too."""
        group, seen = canary_group(name), self.pids.setdefault(name, {})
        with contextlib.suppress(OSError):
            for process in self.supervisor.states():
                if process["group"] == group:
                    first = seen.setdefault(process["name"], process["pid"])
                    if process["statename"] not in (RUNNING, STARTING) or process["pid"] != first:
                        return f"its process {process['name']} died"
        return ""

    def _roll_back(self, name: str, reason: str) -> None:
        with state.change(self.home.versions) as versions:
            canary = versions.canaries.get(name)
            if canary is None or canary.phase != "serving":
                return
            weight, canary.weight, canary.phase = canary.weight, 0, "failed"
            versions.note(name, "rolled back by the controller", reason)
        share.follow(self.home)
        say("warning", "canary rolled back", of=name, version=canary.version.label, weight=weight, why=reason)

    def _finish(self, name: str) -> None:
        """Stop a canary without a share, unless a command is at work on the system: then at the next look."""
        from compose.local.canary import running  # what only an end needs would weigh 20 MB all the time
        from compose.local.stack import Stack

        service = next(service for service in WEB_SERVERS if service.name == name)
        with install.locked_now(self.home.root) as ours:
            if ours:
                running.end_canary(Stack(self.home), service)
                say("info", "canary stopped", of=name)


def say(level: str, message: str, **more: Any) -> None:
    """One JSON line."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    line = {"time": f"{now}Z", "level": level, "service": "canary-controller", "message": message, **more}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def main() -> int:
    """Watch until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    controller = Controller(Home.here())
    say("info", "watching canaries")
    pause = 0.0
    while not stop.wait(pause):
        try:
            pause = controller.step()
        except (OSError, ValueError, Trouble, ConfigNotApplied) as error:
            say("error", str(error))
            pause = IDLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
