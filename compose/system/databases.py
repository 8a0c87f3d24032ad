"""Roles and databases of a system, brought to what they should be on every start (idempotent).

Each service has a database, the role ``<name>_owner`` that owns it (migrations) and the role ``<name>``
(the application) that may read and write rows and nothing else. The role that does this is a superuser, or
on somebody else's server one that may create roles and databases (CREATEROLE, CREATEDB).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from psycopg2 import sql

from compose.system import AUDITOR, AUDITOR_CONNECTIONS, OWNER_CONNECTIONS, SERVICES

#: ``connect(database)``: a connection of the administrator in autocommit mode.
Connect = Callable[[str], Any]

#: Each role has a limit of its own: what they add up to.
MAX_CONNECTIONS = 170
#: How the server is set up, wherever it runs.
SERVER_SETTINGS: dict[str, str | int] = {
    "password_encryption": "scram-sha-256",
    # what was acknowledged is on the disk
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # small: one machine runs everything
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "effective_cache_size": "512MB",
    "wal_buffers": "4MB",
    # After a checkpoint every page goes to the log as a whole when it changes first: seldom costs less.
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "min_wal_size": "80MB",
    "wal_level": "replica",
    # A backup takes two: one for the files, one for the log that is written meanwhile.
    "max_wal_senders": 4,
    "io_method": "sync",
    "max_worker_processes": 2,
    "max_logical_replication_workers": 0,
    "max_parallel_workers": 0,
    "max_parallel_workers_per_gather": 0,
    "autovacuum": "on",
    "autovacuum_max_workers": 1,
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d %a ",
    # Statements carry their values: hashes of passwords, e-mails. What is logged of an error is its
    # message alone, neither the statement nor the row that was refused.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_min_duration_statement": -1,
    "log_statement": "none",
    "log_parameter_max_length": 0,
    "log_parameter_max_length_on_error": 0,
    "lc_messages": "C",
}

#: Of every database: the order of letters and what a letter is are PostgreSQL's own, not the machine's.
_COLLATION = "ENCODING 'UTF8' LOCALE 'C.UTF-8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"


def max_connections(replicas: int = 1) -> int:
    """PostgreSQL's ``max_connections`` where up to so many of each process run at once."""
    return MAX_CONNECTIONS + (replicas - 1) * sum(service.connections for service in SERVICES)


def prepare(
    connect: Connect, passwords: Mapping[str, str], *, replicas: int = 1, test_databases: bool = False
) -> None:
    """Create what is missing and set rights and passwords.

    Args:
        passwords: every secret by its name.
        replicas: so many of each process may run at once.
        test_databases: owners may create databases (Django's test runner does).
    """
    with _cursor(connect) as cursor:
        is_superuser = _is_superuser(cursor)
        if is_superuser:  # a server that was running: who may connect is a file
            cursor.execute("SELECT pg_reload_conf()")
        _role(cursor, AUDITOR, passwords[AUDITOR], f"CONNECTION LIMIT {AUDITOR_CONNECTIONS}")
        if is_superuser:
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
            limit = f"NOCREATEDB CONNECTION LIMIT {replicas * service.connections}"
            _role(cursor, service.name, passwords[service.name], limit)
        if is_superuser:
            cursor.execute("REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC")
        if test_databases:
            owners = sql.SQL(", ").join(sql.Identifier(s.owner) for s in SERVICES)
            cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE postgres TO {}").format(owners))
        for service in SERVICES:
            _database(cursor, service.name, service.owner)
    for service in SERVICES:
        with _cursor(connect, service.name) as cursor:
            _rights(cursor, service.owner, service.name)
    if test_databases:  # those that Django makes are copies of it
        with _cursor(connect, "template1") as cursor:
            for service in SERVICES:
                _rights(cursor, service.owner, service.name)


@contextmanager
def _cursor(connect: Connect, database: str = "postgres") -> Iterator[Any]:
    """Every statement is a transaction of its own."""
    with closing(connect(database)) as connection, connection.cursor() as cursor:
        yield cursor


def _is_superuser(cursor: Any) -> bool:
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    return bool(cursor.fetchone()[0])


def _role(cursor: Any, name: str, password: str, options: str) -> None:
    """A role that may nothing at the server, and of which the administrator is a member."""
    cursor.execute("SELECT rolsuper OR rolreplication FROM pg_roles WHERE rolname = %s", [name])
    found = cursor.fetchone()
    verb = "ALTER" if found else "CREATE"
    lowered = "NOSUPERUSER NOREPLICATION " if found and found[0] else ""  # only a superuser may say so
    statement = sql.SQL("{} ROLE {} LOGIN NOCREATEROLE {} PASSWORD {}")
    cursor.execute(
        statement.format(
            sql.SQL(verb), sql.Identifier(name), sql.SQL(lowered + options), sql.Literal(password)
        )
    )
    if not _is_superuser(cursor):
        cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(name)))


def _database(cursor: Any, name: str, owner: str) -> None:
    names = {"database": sql.Identifier(name), "owner": sql.Identifier(owner), "role": sql.Identifier(name)}
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if not cursor.fetchone():
        created = sql.SQL("CREATE DATABASE {database} OWNER {owner} TEMPLATE template0 {collation}")
        cursor.execute(created.format(collation=sql.SQL(_COLLATION), **names))
    cursor.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC").format(**names))
    cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {database} TO {role}, auditor").format(**names))


def _rights(cursor: Any, owner: str, role: str) -> None:
    """In this database: what the owner creates, its application may use, and the auditor read."""
    rule = sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT {} TO {}")
    for grant, whom in (
        ("SELECT, INSERT, UPDATE, DELETE ON TABLES", role),
        ("USAGE, SELECT ON SEQUENCES", role),
        ("SELECT ON TABLES", AUDITOR),
    ):
        cursor.execute(rule.format(sql.Identifier(owner), sql.SQL(grant), sql.Identifier(whom)))
