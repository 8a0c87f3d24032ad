"""Roles and databases of a system, brought to what they should be on every start (idempotent).

Each service has a database, the role ``<name>_owner`` that owns it (migrations) and the role ``<name>``
(the application) that may read and write rows and nothing else. A fresh database inherits the
application's rights from template1, so test databases have the same ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
from psycopg2 import sql

from compose.local.console import CommandError
from compose.local.paths import Home
from compose.local.postgres import PORT
from compose.system import AUDITOR, AUDITOR_CONNECTIONS, OWNER_CONNECTIONS, SERVICES, SUPERUSER


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
    """Create what is missing and set rights and passwords.

    Args:
        test_databases: owners may create databases (Django's test runner does).
    """
    with _superuser(home, passwords) as cursor:
        cursor.execute("SELECT pg_reload_conf()")  # a server that was running: who may connect is a file
        _role(cursor, AUDITOR, passwords[AUDITOR], f"CONNECTION LIMIT {AUDITOR_CONNECTIONS}")
        cursor.execute(f"GRANT pg_read_all_data TO {AUDITOR}")
        cursor.execute(f"ALTER ROLE {AUDITOR} SET default_transaction_read_only = on")
        for service in SERVICES:
            _role(
                cursor,
                service.owner,
                passwords[service.owner],
                # Tests connect as the owner, as often as they like.
                "CREATEDB CONNECTION LIMIT -1"
                if test_databases
                else f"NOCREATEDB CONNECTION LIMIT {OWNER_CONNECTIONS}",
            )
            limit = f"NOCREATEDB CONNECTION LIMIT {service.connections}"
            _role(cursor, service.name, passwords[service.name], limit)
    with _superuser(home, passwords, database="template1") as cursor:
        for service in SERVICES:
            _application_rights(cursor, service.owner, service.name)
    with _superuser(home, passwords) as cursor:
        cursor.execute("REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC")
        if test_databases:
            owners = sql.SQL(", ").join(sql.Identifier(s.owner) for s in SERVICES)
            cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE postgres TO {}").format(owners))
        for service in SERVICES:
            _database(cursor, service.name, service.owner)


@contextmanager
def _superuser(home: Home, passwords: dict[str, str], database: str = "postgres") -> Iterator[Any]:
    """A cursor; every statement is a transaction of its own."""
    connection = connect(home, role=SUPERUSER, password=passwords[SUPERUSER], database=database)
    with closing(connection), connection.cursor() as cursor:
        yield cursor


def _role(cursor: Any, name: str, password: str, options: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    statement = sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION {} PASSWORD {}")
    cursor.execute(
        statement.format(sql.SQL(verb), sql.Identifier(name), sql.SQL(options), sql.Literal(password))
    )


def _database(cursor: Any, name: str, owner: str) -> None:
    names = {"database": sql.Identifier(name), "owner": sql.Identifier(owner), "role": sql.Identifier(name)}
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if not cursor.fetchone():
        cursor.execute(sql.SQL("CREATE DATABASE {database} OWNER {owner}").format(**names))
    cursor.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC").format(**names))
    cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {database} TO {role}, auditor").format(**names))


def _application_rights(cursor: Any, owner: str, role: str) -> None:
    """What an owner creates from now on in this database, its application role may use."""
    rule = sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT {} TO {}")
    for grant in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
        cursor.execute(rule.format(sql.Identifier(owner), sql.SQL(grant), sql.Identifier(role)))
