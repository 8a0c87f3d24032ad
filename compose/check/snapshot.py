"""Reading the databases of a system, each at one moment."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg2

from servicekit.settings import environment

#: Whose tables the invariants speak of; each database has the name of its service.
SERVICES = ("market", "trading", "billing", "notification")


class Snapshot:
    """One connection per service, each inside a transaction that sees one moment.

    Args:
        connections: service → an open connection.
    """

    def __init__(self, connections: Mapping[str, Any]) -> None:
        self._connections = connections
        self._numbers = itertools.count()

    def rows(self, service: str, sql: str) -> Iterator[dict[str, Any]]:
        """The rows of a query, by column name, fetched a few thousand at a time."""
        with self._connections[service].cursor(f"check_{next(self._numbers)}") as cursor:
            cursor.itersize = 5000
            cursor.execute(sql)
            for row in cursor:
                yield {column.name: value for column, value in zip(cursor.description, row, strict=True)}


@contextmanager
def open_snapshot() -> Iterator[Snapshot]:
    """A snapshot of the system that ``$BIRZHA_HOME/etc/auditor.env`` (or the environment) names.

    Raises:
        ImproperlyConfigured: nothing says where the databases are.
        psycopg2.Error: a database cannot be read.
    """
    auditor = environment("auditor")
    with ExitStack() as stack:
        connections = {}
        for service in SERVICES:
            connection = psycopg2.connect(
                host=auditor.require("BIRZHA_DATABASE_HOST"),
                port=auditor.get("BIRZHA_DATABASE_PORT", "5432"),
                dbname=service,
                user=auditor.require("BIRZHA_DATABASE_USER"),
                password=auditor.require("BIRZHA_DATABASE_PASSWORD"),
                connect_timeout=5,
                application_name="check",
            )
            stack.callback(connection.close)
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            connections[service] = connection
        for connection in connections.values():  # close together: a snapshot begins with its first query
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        yield Snapshot(connections)
