"""Keeps Envoy running and replaces it without losing a request.

    python -m gateway.runtime.hot_restart --config DIR

SIGHUP     a new Envoy takes the open sockets over from the old one (Envoy's hot restart). The old one takes
           no more connections, ends each of those it has with the answer under way, and leaves after the
           drain time. Nobody is refused in between.
SIGTERM    no more connections; what is under way is finished, within the drain time; then the end.

When Envoy dies by itself, this process exits, and its supervisor starts it again.
"""

from __future__ import annotations

import argparse
import ctypes
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from gateway.config.source import load
from gateway.runtime.admin import Admin
from gateway.runtime.certificate_watch import watch
from gateway.runtime.envoy import command

#: Seconds that an Envoy may take to open its listeners.
START_TIMEOUT_S = 30.0
#: Seconds that an old Envoy stays after its drain time, so that the end of its last answer is sent.
AFTER_DRAIN_S = 2
#: Seconds between two checks of what is still under way.
POLL_INTERVAL_S = 0.1

_PDEATHSIG = 1
_REQUESTS = r"^http\.(public|inner)\.downstream_rq_active$"
_LISTENERS = r"^listener_manager\.(lds\.update_(success|rejected)|total_listeners_active)$"


class ListenersNotActive(RuntimeError):
    """Envoy runs but does not listen: its log says why."""


class HotRestarter:
    """The Envoys of one gateway: one, and for a while the one before it.

    Args:
        bootstrap: the rendered `bootstrap.json`.
        drain: seconds that requests under way may take to finish.
        concurrency: worker threads of each.
    """

    def __init__(self, bootstrap: Path, *, drain: int, concurrency: int | None = None) -> None:
        self.bootstrap, self.drain, self.concurrency = bootstrap, drain, concurrency
        pipe = json.loads(bootstrap.read_text(encoding="utf-8"))["admin"]["address"]["pipe"]["path"]
        self.admin = Admin(Path(pipe))
        self.base_id = Path(pipe).with_suffix(".base-id")
        self.epoch = 0
        self.envoys: list[subprocess.Popen[bytes]] = []

    def run(self) -> int:
        """Keep it running until it is asked to stop; returns the exit code."""
        signals = {signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        self._start(["--use-dynamic-base-id", "--base-id-path", str(self.base_id)])
        try:
            self._wait_for_listeners()
        except ListenersNotActive as error:
            print(f"gateway: {error}", file=sys.stderr, flush=True)
            self._end()
            return 1
        watch(self.bootstrap.parent)
        requested = False
        while True:
            number = signal.sigwait(signals)
            if number in (signal.SIGTERM, signal.SIGINT):
                self._stop()
                return 0
            if number == signal.SIGCHLD and not self._reap():
                return 1
            requested = requested or number == signal.SIGHUP
            # Envoy knows two generations: a third waits until the first is gone.
            if requested and len(self.envoys) == 1:
                requested = False
                self._replace()

    def _start(self, arguments: list[str]) -> None:
        argv = command(
            self.bootstrap,
            concurrency=self.concurrency,
            restart=[
                *arguments,
                "--restart-epoch", str(self.epoch),
                "--drain-strategy", "immediate",
                "--drain-time-s", str(self.drain),
                "--parent-shutdown-time-s", str(self.drain + AFTER_DRAIN_S),
            ],
        )  # fmt: skip
        parent = os.getpid()

        def prepare() -> None:
            signal.pthread_sigmask(signal.SIG_SETMASK, set())
            if sys.platform == "linux":  # Envoy ends when this is killed, and does not hold the port
                ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL)
                if os.getppid() != parent:
                    os._exit(1)

        self.envoys.append(subprocess.Popen(argv, preexec_fn=prepare))

    def _replace(self) -> None:
        self.epoch += 1
        print(f"gateway: Envoy {self.epoch} takes over", file=sys.stderr, flush=True)
        self._start(["--base-id", self.base_id.read_text(encoding="ascii").strip()])

    def _reap(self) -> bool:
        """Reap the ended processes. False when the serving one is among them."""
        serving = self.envoys[-1]
        for envoy in self.envoys[:]:
            if envoy.poll() is None:
                continue
            self.envoys.remove(envoy)
            if envoy is serving and self.envoys:
                # The new one failed before it asked the old one to exit: that one goes on.
                print(
                    "gateway: the new Envoy exited at once; the old one continues",
                    file=sys.stderr,
                    flush=True,
                )
                self.epoch -= 1
        return bool(self.envoys)

    def _wait_for_listeners(self) -> None:
        end = time.monotonic() + START_TIMEOUT_S
        while self.envoys[0].poll() is None:
            with suppress(OSError, http.client.HTTPException, ValueError):
                stats = self.admin.stats(_LISTENERS)
                if stats.get("listener_manager.lds.update_rejected"):
                    raise ListenersNotActive("Envoy cannot listen: is the port in use?")
                if stats.get("listener_manager.total_listeners_active", 0) > 1:
                    return
            if time.monotonic() > end:
                raise ListenersNotActive("Envoy did not listen in time")
            time.sleep(POLL_INTERVAL_S)
        raise ListenersNotActive("Envoy exited at once")

    def _stop(self) -> None:
        """Let what is under way finish, and end."""
        end = time.monotonic() + self.drain
        with suppress(OSError, http.client.HTTPException, ValueError):
            self.admin.post("/healthcheck/fail")  # answers carry Connection: close; /ready says no
            self.admin.post("/drain_listeners?graceful&skip_exit")
            while self._under_way() and time.monotonic() < end:
                time.sleep(POLL_INTERVAL_S)
        self._end()

    def _under_way(self) -> int:
        """Requests; an ingress counts none, and ends at once."""
        return sum(number for name, number in self.admin.stats(_REQUESTS).items() if name != "histograms")

    def _end(self) -> None:
        for envoy in self.envoys:
            envoy.terminate()
        for envoy in self.envoys:
            envoy.wait()


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m gateway.runtime.hot_restart")
    parser.add_argument("--config", type=Path, required=True, help="folder of the rendered files")
    parser.add_argument("--drain", type=int, help="seconds (default: timeouts.drain of gateway.yaml)")
    parser.add_argument("--concurrency", type=int, help="worker threads (default: two, or one on one core)")
    options = parser.parse_args(arguments)
    drain = options.drain or int(load().timeouts.drain)
    return HotRestarter(options.config / "bootstrap.json", drain=drain, concurrency=options.concurrency).run()


if __name__ == "__main__":
    sys.exit(main())
