"""Connections to the databases of a system on this machine, by PostgreSQL's socket."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import psycopg2

from compose.local.console import CommandError
from compose.local.paths import Home
from compose.local.postgres import PORT
from compose.system import SUPERUSER
from compose.system import databases as described


def connect(home: Home, *, role: str, password: str, database: str = "postgres") -> Any:
    """A connection in autocommit mode."""
    connection = psycopg2.connect(
        host=str(home.run), port=PORT, user=role, password=password, dbname=database, connect_timeout=5
    )
    connection.autocommit = True
    return connection


def wait_for_server(
    home: Home, passwords: dict[str, str], *, seconds: float = 60, alive: Callable[[], None] = lambda: None
) -> None:
    """Return when the server takes connections.

    Args:
        alive: called between attempts; raises to stop waiting.

    Raises:
        CommandError: not within the time.
    """
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
