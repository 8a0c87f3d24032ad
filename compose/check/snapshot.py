"""Reading a system as its auditor: every database at one moment, and the streams."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg2

from compose import system
from servicekit import redis_address
from servicekit.settings.environment import Environment

#: Whose tables the invariants speak of; each database has the name of its service.
SERVICES = tuple(service.name for service in system.SERVICES)

#: What a check may cost: seconds until a server that does not answer is given up, and memory to sort in.
#: A cursor is read to its end, so the plan that is fastest as a whole is wanted.
_SESSION = "-c statement_timeout=600s -c work_mem=32MB -c cursor_tuple_fraction=1"


def first_id(moment: datetime) -> UUID:
    """The smallest UUIDv7 of a millisecond; ids of things made later are above it."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


class Snapshot:
    """One connection per service, each inside a transaction that sees one moment.

    Args:
        connections: service → an open connection.
        streams: a client of the Redis server, if the streams are looked at.
        since: the window's first id (UUIDv7); None: everything.
    """

    def __init__(
        self, connections: Mapping[str, Any], streams: Any = None, *, since: UUID | None = None
    ) -> None:
        self._connections = connections
        self._numbers = itertools.count()
        self.streams = streams
        self.since = since

    def all(self, service: str, sql: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query that gives few, by column name; ``values`` are for its ``%(name)s``."""
        with self._connections[service].cursor() as cursor:
            cursor.execute(sql, values)
            return [_by_name(cursor, row) for row in cursor.fetchall()]

    def stream(self, service: str, sql: str) -> Iterator[dict[str, Any]]:
        """The rows of a query that may give many, fetched a few thousand at a time."""
        with self._connections[service].cursor(f"check_{next(self._numbers)}") as cursor:
            cursor.itersize = 5000
            cursor.execute(sql)
            for row in cursor:
                yield _by_name(cursor, row)


def _by_name(cursor: Any, row: tuple[Any, ...]) -> dict[str, Any]:
    return {column.name: value for column, value in zip(cursor.description, row, strict=True)}


@contextmanager
def open_snapshot(
    services: Iterable[str] = SERVICES, *, streams: bool = True, since: UUID | None = None
) -> Iterator[Snapshot]:
    """A snapshot of the system that ``$BIRZHA_HOME/etc/auditor.env`` (or the environment) names.

    Args:
        services: whose databases are read.
        streams: whether Redis is.
        since: see :class:`Snapshot`.

    Raises:
        ImproperlyConfigured: nothing says where the databases are.
        psycopg2.Error, redis.RedisError: what is asked for cannot be read.
    """
    auditor = Environment("auditor")
    with ExitStack() as stack:
        connections = {}
        for service in services:
            connection = psycopg2.connect(
                **auditor.database,
                dbname=service,
                user=auditor.require("BIRZHA_DATABASE_USER"),
                password=auditor.require("BIRZHA_DATABASE_PASSWORD"),
                connect_timeout=5,
                application_name="check",
                options=_SESSION,
            )
            stack.callback(connection.close)
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            connections[service] = connection
        for connection in connections.values():  # close together: a snapshot begins with its first query
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        client = None
        if streams:
            url = auditor.require("BIRZHA_REDIS_URL")
            client = redis_address.connect(url, socket_timeout=5, decode_responses=True, protocol=2)
            stack.callback(client.close)
        yield Snapshot(connections, client, since=since)
