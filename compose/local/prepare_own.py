"""Servers of one's own before the services start: whether they fit, and Redis's users."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import redis

from compose.local.console import CommandError
from compose.local.own_servers import OwnServer, OwnServers
from compose.system import EVENTS, SESSIONS, RedisServer
from compose.system.databases import Connect, max_connections
from compose.system.redis_access import users
from servicekit import redis_address

#: PostgreSQL's first version that has everything: ``uuidv7()``, a collation of its own.
_VERSION = 18


def require_database(own: OwnServers, connect: Connect, *, replicas: int = 1) -> None:
    """Refuse a PostgreSQL that cannot serve; note what it has too little of.

    Args:
        replicas: so many of each process may run at once.

    Raises:
        CommandError: the sentence.
    """
    server = own.postgres
    if server is None:
        return
    where = f"PostgreSQL at {server}"
    try:
        connection = connect("postgres")
    except psycopg2.OperationalError as error:
        raise CommandError(f"{where}: {str(error).strip()}") from None
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int / 10000, "
            "current_setting('max_connections')::int, "
            "(SELECT rolsuper OR (rolcreaterole AND rolcreatedb) FROM pg_roles WHERE rolname = current_user)"
        )
        version, connections, may_make = cursor.fetchone()
    if version < _VERSION:
        raise CommandError(f"{where} is version {version}: Birzha needs {_VERSION} or newer.")
    if not may_make:
        raise CommandError(f"{where}: {server.user} may not make roles and databases (CREATEROLE, CREATEDB).")
    if connections < max_connections(replicas):
        more = f", {replicas} of each {max_connections(replicas)}" if replicas > 1 else ""
        _note(
            f"{where} takes {connections} connections: one of each process needs up to "
            f"{max_connections()}{more}."
        )


def make_redis_users(own: OwnServers, passwords: Mapping[str, str], authorities: Path) -> None:
    """Make each service's user in Redis, with its few commands, unless everybody is the same one.

    A replica is told of them as well: users are not replicated.

    Args:
        authorities: the file by which the servers' certificates are checked.

    Raises:
        CommandError: a Redis that is not there, evicts events, or lets nobody make users.
    """
    for server in (EVENTS, SESSIONS):
        if (place := own.by_name.get(server.name)) is None:
            continue
        where = f"Redis at {place}"
        try:
            for client in _clients(place, passwords["redis.admin"], authorities):
                policy = client.info("memory").get("maxmemory_policy", "")
                if server == EVENTS and policy.startswith("allkeys"):
                    raise CommandError(f"{where} evicts events when it is full ({policy}): set noeviction.")
                if not own.shared_user:
                    _make_users(client, server, passwords, where)
        except redis.RedisError as error:
            raise CommandError(f"{where}: {error}") from None


def _make_users(client: Any, server: RedisServer, passwords: Mapping[str, str], where: str) -> None:
    try:
        for name, rules in users(server, passwords).items():
            client.execute_command("ACL", "SETUSER", name, "reset", *rules)
    except redis.ResponseError as error:
        raise CommandError(
            f"{where} lets nobody make users ({error}): with BIRZHA_REDIS_USERS=shared everybody is the one "
            "of its address."
        ) from None
    for keep in (("ACL", "SAVE"), ("CONFIG", "REWRITE")):
        try:
            client.execute_command(*keep)
            return
        except redis.ResponseError:
            continue
    _note(f"{where} keeps its users in memory only: give it an aclfile, or start Birzha again after it.")


def _clients(place: OwnServer, password: str, authorities: Path) -> Iterator[Any]:
    """The administrator's, of the server; where Sentinels know it, of its replicas after it."""
    url = place.redis_url(place.user, password, authorities)
    options: dict[str, Any] = {"socket_timeout": 5, "protocol": 2, "decode_responses": True}
    with closing(redis_address.connect(url, **options)) as client:
        yield client
    for replica in redis_address.replicas(url, **options):
        with closing(replica):
            yield replica


def _note(sentence: str) -> None:
    print(sentence, file=sys.stderr)
