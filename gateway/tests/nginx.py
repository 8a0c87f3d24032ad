"""The nginx beside the Envoy of the tests: started, killed, reloaded."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

import psutil

from gateway.config.nginx import FOLDER
from gateway.runtime.nginx import command, remove_dead_sockets
from servicekit.testing.waiting import wait


class Nginx:
    """One nginx, as the supervisor would run it."""

    def __init__(self, configuration: Path, run_dir: Path) -> None:
        self.configuration, self.run_dir = configuration, run_dir
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.run_dir.parent / "nginx.log"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        remove_dead_sockets(self.run_dir)
        with self.log.open("ab") as log:
            argv = command(self.configuration, self.run_dir / FOLDER)
            self.process = subprocess.Popen(argv, stdout=log, stderr=log)
        wait(self._listens, f"nginx does not listen, see {self.log}")

    def _listens(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.log.read_text()
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.run_dir / "cache-market.sock")) == 0

    def reload(self) -> None:
        """Let it read its file again."""
        assert self.process
        os.kill(self.process.pid, signal.SIGHUP)

    def kill(self) -> None:
        """As if the machine took it away: the master and its workers at once, sockets left behind."""
        assert self.process
        master = psutil.Process(self.process.pid)
        for process in (master, *master.children(recursive=True)):
            process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Stop it as the supervisor does."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(60)
