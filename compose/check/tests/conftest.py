"""Servers of its own with the services' own migrations, and one consistent story in them.

A test breaks something inside a transaction that is rolled back; the checker looks on from within it.
Of the streams it breaks something for good, and they are made anew.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis

from compose.check.snapshot import SERVICES, Snapshot
from compose.check.tests.story import STORY, fill_streams
from compose.local import environment, secrets, valkey
from compose.local.paths import ROOT, Home
from compose.local.stack import Stack
from compose.system.environment import child_environment


@pytest.fixture(scope="session")
def home() -> Iterator[Home]:
    """Of a running PostgreSQL and Valkey that hold the story."""
    folder = Path(tempfile.mkdtemp(prefix="birzha-check-"))
    stack = Stack(Home.at(folder / "home"))
    try:
        stack.backing_up()
        _migrate(stack.home)
        for service, statements in STORY.items():
            with owner(stack.home, service) as connection, connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
            connection.close()
        with admin(stack.home) as client:
            fill_streams(client)
        yield stack.home
    finally:
        stack.reset()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def databases(home: Home) -> Iterator[dict[str, Any]]:
    """Service → a connection as the owner of its tables, who can do what no service may."""
    connections = {service: owner(home, service) for service in SERVICES}
    yield connections
    for connection in connections.values():
        connection.close()


@pytest.fixture(scope="session")
def auditor(home: Home) -> Iterator[Any]:
    """Redis as the checker may read it."""
    url = environment.read(home, "auditor")["BIRZHA_REDIS_URL"]
    with redis.Redis.from_url(url, decode_responses=True, protocol=2) as client:
        yield client


@pytest.fixture
def streams(home: Home) -> Iterator[Any]:
    """Redis as one who may do everything; the streams are made anew afterwards."""
    with admin(home) as client:
        yield client
        client.flushall()
        fill_streams(client)


@pytest.fixture
def snapshot(databases: dict[str, Any], auditor: Any) -> Iterator[Snapshot]:
    """The system as the checker sees it; whatever the test does to the databases is undone."""
    yield Snapshot(databases, auditor)
    for connection in databases.values():
        connection.rollback()


def owner(home: Home, service: str) -> Any:
    """A connection as the role that owns the service's tables."""
    values = environment.read(home, service)
    return psycopg2.connect(
        host=values["BIRZHA_DATABASE_HOST"],
        port=values["BIRZHA_DATABASE_PORT"],
        dbname=values["BIRZHA_DATABASE_NAME"],
        user=values["BIRZHA_DATABASE_OWNER"],
        password=values["BIRZHA_DATABASE_OWNER_PASSWORD"],
    )


def admin(home: Home) -> Any:
    """A client of Redis that may do everything."""
    url = valkey.url(home, "admin", secrets.load(home)["redis.admin"])
    return redis.Redis.from_url(url, decode_responses=True, protocol=2)


def _migrate(home: Home) -> None:
    """All services at once: most of the time goes into starting Python."""
    variables = child_environment(home.root)
    runs = []
    for service in SERVICES:
        command = [sys.executable, "-m", f"{service}_service.manage", "migrate", "--verbosity", "0"]
        runs.append(subprocess.Popen(command, cwd=ROOT, env=variables))
    assert [run.wait() for run in runs] == [0] * len(runs)
