"""Connections to the databases of a system: by PostgreSQL's socket, or by its address elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import psycopg2

from compose.local import kept_servers, prepare_own
from compose.local.console import CommandError
from compose.local.paths import Home
from compose.local.postgres import PORT
from compose.system import SUPERUSER
from compose.system import databases as described
from servicekit.settings.environment import libpq_place


def connect(home: Home, *, role: str, password: str, database: str = "postgres") -> Any:
    """A connection in autocommit mode."""
    connection = psycopg2.connect(**login(home, role), password=password, dbname=database, connect_timeout=5)
    connection.autocommit = True
    return connection


def login(home: Home, role: str) -> dict[str, Any]:
    """Where PostgreSQL is and who comes, as libpq has it. Elsewhere the superuser is the administrator."""
    server = kept_servers.postgres_of(home)
    if server is None:
        return {"host": str(home.run), "port": str(PORT), "user": role}
    authorities = str(kept_servers.authorities_file(home)) if server.has_tls else ""
    return {
        "sslmode": "disable",
        **libpq_place(server.host, server.port, authorities),
        "user": server.user if role == SUPERUSER else role,
    }


def wait_for_server(
    home: Home, passwords: dict[str, str], *, seconds: float = 60, alive: Callable[[], None] = lambda: None
) -> None:
    """Return when the server takes connections; one elsewhere must take them now.

    Args:
        alive: called between attempts; raises to stop waiting.

    Raises:
        CommandError: not within the time.
    """
    if kept_servers.postgres_of(home):
        superuser = {"role": SUPERUSER, "password": passwords[SUPERUSER]}
        prepare_own.require_database(
            kept_servers.of(home), lambda name: connect(home, **superuser, database=name)
        )
        return
    end = time.monotonic() + seconds
    while True:
        try:
            connect(home, role=SUPERUSER, password=passwords[SUPERUSER]).close()
            return
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise CommandError(
                    f"PostgreSQL in {home.data} knows other passwords than those in "
                    f"{home.secrets}: restore them, or start over with make reset."
                ) from error
            if time.monotonic() > end:
                raise CommandError(f"PostgreSQL does not answer: {str(error).strip()}") from error
            alive()
            time.sleep(0.1)


def prepare(home: Home, passwords: dict[str, str], *, test_databases: bool = False) -> None:
    """Bring roles and databases to what ``compose/system/databases.py`` says.

    Args:
        test_databases: owners may create databases (Django's test runner does).
    """

    def connected(database: str) -> Any:
        return connect(home, role=SUPERUSER, password=passwords[SUPERUSER], database=database)

    described.prepare(connected, passwords, test_databases=test_databases)
