"""The process ``canary-controller``: :mod:`gateway.canary.controller` over the system of this machine.

What it does and why goes to its log as JSON lines, and into the history that ``make canary-status`` shows.
"""

from __future__ import annotations

import signal
import sys
import threading
from functools import partial

from compose.local import install
from compose.local.canary.supervised import canaries_of
from compose.local.console import CommandError, log_line
from compose.local.paths import Home
from gateway.canary.controller import IDLE_INTERVAL_S, Controller
from gateway.runtime.config_sync import ConfigNotApplied

log = partial(log_line, "canary-controller")


def main() -> int:
    """Watch until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    home = Home.here()
    controller = Controller(canaries_of(home), alone=partial(install.locked_now, home.root), log=log)
    log("info", "watching canaries")
    pause = 0.0
    while not stop.wait(pause):
        try:
            pause = controller.step()
        except (OSError, ValueError, CommandError, ConfigNotApplied) as error:
            log("error", str(error))
            pause = IDLE_INTERVAL_S
    return 0


if __name__ == "__main__":
    sys.exit(main())
