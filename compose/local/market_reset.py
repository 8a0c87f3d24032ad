"""`make reset-market`: accounts stay; cash, positions and the market start over.

Each service changes its own database (``manage reset_market``). Together they are consistent again only when
all have: so it is done while nothing runs, and a file says that it has begun. A start that finds it goes on.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
from psycopg2.extensions import make_dsn

from compose.local import databases, kept_servers, postgres, secrets, valkey
from compose.local.console import CommandError, step
from compose.local.paths import ROOT, Home, private_folder, write_private
from compose.system import SERVICES, SUPERUSER
from servicekit import redis_address

#: Whose database and stream stay as they are.
KEPT = "user"
#: What an operator is told before, by database: what is count → the query.
COUNTS = {
    "user": {"users": "SELECT count(*) FROM accounts_user"},
    "trading": {
        "orders": "SELECT count(*) FROM orders_order",
        "positions": "SELECT count(*) FROM positions_position WHERE quantity > 0",
    },
    "billing": {"entries of the ledger": "SELECT count(*) FROM ledger_journalentry"},
    "notification": {"notifications": "SELECT count(*) FROM notification_inbox_notification"},
}


def require_started(home: Home) -> None:
    """There must be a system.

    Raises:
        CommandError: there is none.
    """
    if not home.is_ours() or not (postgres.data_folder(home).exists() or kept_servers.postgres_of(home)):
        raise CommandError(f"There is no system in {home.root}: make up makes one.")


def removal_summary(home: Home) -> str:
    """What will be removed, with numbers while PostgreSQL runs, and what stays."""
    found: dict[str, int] = {}
    try:
        passwords = secrets.load(home)
        for database, queries in COUNTS.items():
            connection = databases.connect(
                home, role=SUPERUSER, password=passwords[SUPERUSER], database=database
            )
            with closing(connection), connection.cursor() as cursor:
                for name, query in queries.items():
                    cursor.execute(query)
                    found[name] = cursor.fetchone()[0]
    except psycopg2.Error:  # it is down: then without numbers
        found = {}

    def count(name: str) -> str:
        return f"{found[name]:,} {name}" if name in found else f"all {name}"

    return (
        f"The market starts over in {home.root}:\n"
        f"- removed: {count('orders')}, {count('positions')}, {count('entries of the ledger')} with deposits "
        f"and withdrawals, {count('notifications')} but those about the account itself, recorded candles\n"
        f"- kept: {count('users')} with passwords, sign-ins and settings, instruments, imported prices, the "
        f"audit trail\n"
        f"- the clock goes back to its first day; all units are on offer again\n"
        f"- what is removed is kept in {home.root / 'archive'}"
    )


def is_begun(home: Home) -> bool:
    """Whether it was begun and not finished."""
    return _file(home).exists()


def begin(home: Home) -> None:
    """Note that it has begun; the next start does it. Again: goes on with what was begun."""
    if not _file(home).exists():
        name = f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
        write_private(_file(home), json.dumps({"archive": str(home.root / "archive" / name)}) + "\n")


def finish(home: Home, passwords: dict[str, str], manage: Callable[..., None]) -> None:
    """Do what was begun, if something was; only PostgreSQL and Valkey run.

    Args:
        manage: :meth:`Stack.manage`.

    Raises:
        CommandError: it is not done; the system must not start.
    """
    if not _file(home).exists():
        return
    archive = Path(json.loads(_file(home).read_text(encoding="utf-8"))["archive"])
    services = [service for service in SERVICES if service.name != KEPT]
    if not archive.exists():  # else an earlier attempt made it, before it changed anything
        with step(f"keeping what goes in {archive}"):
            _archive(home, archive, passwords)
    with step("letting the market start over"):
        manage(
            *((service.package, "reset_market", "--archive", str(archive)) for service in services), at=ROOT
        )
        client = redis_address.connect(valkey.url(home, "admin", passwords["redis.admin"]))
        with closing(client):
            client.delete("quotes:market", *(f"events:{service.name}" for service in services))
    _file(home).unlink()


def _file(home: Home) -> Path:
    return home.root / "market-reset.json"


def _archive(home: Home, archive: Path, passwords: dict[str, str]) -> None:
    """A dump of each database, for pg_restore; the folder has its name only when all are whole."""
    aside = archive.with_name(f".{archive.name}.new")
    private_folder(archive.parent)
    private_folder(aside)
    login = databases.login(home, SUPERUSER)
    for service in SERVICES:
        command = [
            postgres.binary("pg_dump"), "--format=custom", f"--file={aside / f'{service.name}.dump'}",
            "--dbname", make_dsn(**login, dbname=service.name),
        ]  # fmt: skip
        done = subprocess.run(
            command, env=os.environ | {"PGPASSWORD": passwords[SUPERUSER]}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise CommandError(f"{service.name} could not be archived, nothing was changed:\n{done.stderr}")
    aside.rename(archive)
