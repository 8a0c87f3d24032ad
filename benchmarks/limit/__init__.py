"""What PostgreSQL itself can do: a purchase as one transaction, by pgbench, on the measured server.

It is the yardstick beside the drain: one database, no events, no services, eight clients. Each
instrument has a house account of its own, so that without a hot instrument no row is hot.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.system import BenchSystem
from compose.local import postgres, secrets
from compose.local.console import CommandError
from compose.system import SUPERUSER

CLIENTS = 8
DATABASE = "benchmark_limit"
FOLDER = Path(__file__).parent


def purchases_per_second(system: BenchSystem, *, customers: int, instruments: int, seconds: int) -> float:
    """Purchases a second by random customers, of random instruments (of one: it is hot).

    Raises:
        CommandError: pgbench failed.
    """
    variables = {"customers": customers, "instruments": instruments}
    with _database(system, customers, instruments):
        options = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-T", str(seconds)]
        for name, value in variables.items():
            options += ["-D", f"{name}={value}"]
        where = ["-h", str(system.home.run), "-p", str(postgres.PORT), "-U", SUPERUSER]
        password = secrets.load(system.home)[SUPERUSER]
        argv = [postgres.binary("pgbench"), *options, "-f", str(FOLDER / "purchase.sql"), *where, DATABASE]
        result = subprocess.run(
            argv, env=os.environ | {"PGPASSWORD": password}, capture_output=True, text=True, check=False
        )
    found = re.search(r"^tps = ([0-9.]+)", result.stdout, re.MULTILINE)
    if result.returncode or not found or "number of failed transactions: 0 " not in result.stdout:
        raise CommandError(f"pgbench: {result.stdout}{result.stderr}")
    return float(found[1])


@contextmanager
def _database(system: BenchSystem, customers: int, instruments: int) -> Iterator[None]:
    """A database with the tables of a purchase, dropped afterwards."""
    drop = f"DROP DATABASE IF EXISTS {DATABASE} (FORCE)"
    with closing(system.superuser("postgres")) as server, server.cursor() as cursor:
        cursor.execute(drop)
        cursor.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
        try:
            with closing(system.superuser(DATABASE)) as own, own.cursor() as tables:
                tables.execute((FOLDER / "tables.sql").read_text(encoding="utf-8"))
                tables.execute(
                    "INSERT INTO customer SELECT n, 10 ^ 15 FROM generate_series(1, %s) n", [customers]
                )
                tables.execute("INSERT INTO house SELECT n, 0 FROM generate_series(1, %s) n", [instruments])
                tables.execute(
                    "INSERT INTO instrument SELECT n, 10 ^ 15 FROM generate_series(1, %s) n", [instruments]
                )
                tables.execute("ANALYZE")
            yield
        finally:
            cursor.execute(drop)
            cursor.execute("CHECKPOINT")  # what this has left to be written is not for the next to pay
