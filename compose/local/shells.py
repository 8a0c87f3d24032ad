"""`make shell`, `make import`, `make market`: commands of a running service; `make psql`: its database."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence

from compose.local import databases, environment, postgres, restart, system_owner
from compose.local.console import CommandError
from compose.local.paths import ROOT, Home
from compose.local.stack import Stack
from compose.local.supervisor import Supervisor
from compose.system import SERVICES


def shell(home: Home, name: str, arguments: Sequence[str]) -> None:
    """Become the Django shell of a service, on its own database and streams.

    Raises:
        CommandError: no such service, or nothing runs.
    """
    service = restart.chosen(name)
    Supervisor(home).require_alive()
    _record(home, service.name, "shell")
    argv = [sys.executable, "-m", f"{service.package}.manage", "shell", *arguments]
    os.execve(argv[0], argv, os.environ | {"BIRZHA_HOME": str(home.root)})


def import_files(home: Home, files: str, options: Sequence[str]) -> None:
    """Become the command that imports files into the market.

    Args:
        files: as they would stand in a shell, names with spaces in quotation marks.
        options: of ``manage import_files``.

    Raises:
        CommandError: no file is named, or nothing runs.
    """
    try:
        names = shlex.split(files)
    except ValueError as error:
        raise CommandError(f"FILES={files}: {error}") from None
    if not names and "--help" not in options:
        raise CommandError(
            'Which files? make import FILES="list.csv prices/*.csv" (ARGS=--dry-run, ARGS=--help)'
        )
    os.chdir(ROOT)
    manage(home, "market", "import_files", [*names, *options])


def manage(home: Home, name: str, command: str, arguments: Sequence[str]) -> None:
    """Become a command of a service, on its own database and streams.

    Raises:
        CommandError: nothing runs.
    """
    Supervisor(home).require_alive()
    argv = [sys.executable, "-m", f"{restart.chosen(name).package}.manage", command, *arguments]
    os.execve(argv[0], argv, os.environ | {"BIRZHA_HOME": str(home.root)})


def psql(home: Home, name: str, arguments: Sequence[str]) -> None:
    """Become psql, which comes with the server, in a service's database as the service's role.

    Raises:
        CommandError: no service of that name has a database, or nothing runs.
    """
    service = restart.chosen(name)
    if not service.has_database:
        known = ", ".join(service.name for service in SERVICES)
        raise CommandError(f"{service.package} has no database; these have: {known}.")
    Supervisor(home).require_alive()
    _record(home, service.name, "psql")
    argv = [postgres.binary("psql"), *arguments]
    os.chdir(ROOT)
    os.execve(argv[0], argv, dict(os.environ) | connection_variables(home, service.name))


def connection_variables(home: Home, name: str) -> dict[str, str]:
    """What libpq must know to connect as the role ``name`` to the database of that name."""
    values = environment.read(home, name)
    place = databases.login(home, values["BIRZHA_DATABASE_USER"])
    by_tls = {f"PG{key.upper()}": place[key] for key in ("sslmode", "sslrootcert") if key in place}
    return {
        "PGHOST": place["host"],
        "PGPORT": place["port"],
        "PGTARGETSESSIONATTRS": "primary",
        **by_tls,
        "PGDATABASE": values["BIRZHA_DATABASE_NAME"],
        "PGUSER": values["BIRZHA_DATABASE_USER"],
        "PGPASSWORD": values["BIRZHA_DATABASE_PASSWORD"],
        "PGAPPNAME": "make psql",
        "PGOPTIONS": "",
    }


def _record(home: Home, service: str, console: str) -> None:
    """Put on record that a console was opened; what is done in it, nobody but PostgreSQL sees.

    A system that is broken is mended here, so one that cannot record opens it all the same, and says so.
    """
    try:
        system_owner.as_owner(home, lambda: Stack(home).record("console.open", service, console=console))
    except CommandError as error:
        print(f"The audit trail could not record this: {error}", file=sys.stderr, flush=True)
