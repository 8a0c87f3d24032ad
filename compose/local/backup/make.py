"""`make backup`: the whole system in one file, while it runs.

``pg_basebackup`` copies the one cluster that has every database, with the log that was written meanwhile:
restored, all databases are as at one moment, the backup's end. The streams are not copied: what they still
owe is in the outboxes, which send it again to whoever's inbox has not got it.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2

from compose.local import databases, install, kept_servers, market_reset, postgres, secrets
from compose.local.backup import migrations
from compose.local.backup.contents import Manifest, pack
from compose.local.console import CommandError
from compose.local.paths import Home
from compose.local.supervisor import NOT_RUNNING
from compose.system import SERVICES, SUPERUSER

#: Says only that the operator's password was printed; a version of before made it root's.
OPERATOR_SHOWN = "operator-shown"
#: Beside the size of the databases, bytes.
SPARE_BYTES = 100_000_000


def make(home: Home, folder: Path) -> Path:
    """Make one; nothing stops or waits for it. As the system's user.

    Args:
        folder: where it goes; what a killed run has left there is removed.

    Returns:
        The file, mode 0600, complete and verified, on the disk.

    Raises:
        CommandError: PostgreSQL does not run, the disk is full, a page of the data is damaged, …
    """
    with install.locked(folder, "another backup is being made; waiting for it"):
        for left in folder.glob(".making-*"):
            shutil.rmtree(left, ignore_errors=True)
        begun = datetime.now(UTC)
        name = f"birzha-{home.tag[:8]}-{begun:%Y-%m-%dT%H%M%SZ}.tar"
        if (folder / name).exists():
            raise CommandError(f"{folder / name} was made within this second.")
        with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as making:
            whole = _make(home, Path(making), begun)
            whole.rename(folder / name)
        _sync(folder)
        return folder / name


def _make(home: Home, making: Path, begun: datetime) -> Path:
    kept_servers.require_own_postgres(home, "make backup")
    if market_reset.is_begun(home):
        raise CommandError("The market is being let start over: make up finishes that first.")
    passwords = secrets.load(home)
    about = _about(home, passwords)
    install.require_space(making, about["bytes"] + SPARE_BYTES)
    cluster = making / "cluster"
    login = [f"--host={home.run}", f"--port={postgres.PORT}", f"--username={SUPERUSER}"]
    what = ["--format=tar", "--compress=client-gzip:1", "--wal-method=stream", "--checkpoint=fast"]
    _run(
        "pg_basebackup", *login, "--no-password", *what, f"--pgdata={cluster}", password=passwords[SUPERUSER]
    )
    ended = datetime.now(UTC)
    _run("pg_verifybackup", "--format=tar", "--no-parse-wal", "--quiet", str(cluster))
    members = {f"cluster/{path.name}": path for path in sorted(cluster.iterdir())}
    kept = (
        path
        for path in sorted(home.secrets.rglob("*"))
        if path.is_file() and path.suffix != ".new" and path.name != OPERATOR_SHOWN
    )
    members |= {f"secrets/{path.relative_to(home.secrets)}": path for path in kept}
    manifest = Manifest(begun.isoformat(), ended.isoformat(), machine=platform.machine(), **about)
    whole = making / "whole.tar"
    with open(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        pack(file, manifest, members)
    return whole


def _about(home: Home, passwords: dict[str, str]) -> dict[str, Any]:
    """What the manifest says of the databases."""
    applied: dict[str, list[str]] = {}
    counts = {}
    try:
        with closing(databases.connect(home, role=SUPERUSER, password=passwords[SUPERUSER])) as connection:
            version, level, size = _row(
                connection,
                "SELECT current_setting('server_version'), current_setting('wal_level'), "
                "(SELECT sum(pg_database_size(oid)) FROM pg_database)",
            )
        if level == "minimal":
            raise CommandError(
                "PostgreSQL was started by a version of Birzha that makes no backups: "
                "make down, then make up."
            )
        for service in SERVICES:
            role = {"role": SUPERUSER, "password": passwords[SUPERUSER], "database": service.name}
            with closing(databases.connect(home, **role)) as connection:
                applied[service.name] = migrations.applied(connection, service.package)
                if applied[service.name]:
                    for words, query in market_reset.COUNTS.get(service.name, {}).items():
                        counts[words] = int(_row(connection, query)[0])
    except psycopg2.OperationalError as error:
        raise CommandError(NOT_RUNNING) from error
    state = home.read_state()
    return {
        "postgres": version, "bytes": int(size), "migrations": applied, "counts": counts, "state": state,
    }  # fmt: skip


def _row(connection: Any, query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


def _run(name: str, *arguments: str, password: str = "") -> None:
    """One of PostgreSQL's programs, less urgent than what serves people."""
    nice = shutil.which("nice")
    argv = [*([nice, "-n", "10"] if nice else []), postgres.binary(name), *arguments]
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        reason = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()
        raise CommandError(
            "The backup could not be made:\n" + "\n".join(f"    {line}" for line in reason[-8:])
        )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
