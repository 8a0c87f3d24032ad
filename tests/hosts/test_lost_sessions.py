"""PostgreSQL hears nothing of a process that gave it up while their hosts could not reach each other."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from compose.local import system_owner
from compose.local.paths import ROOT, Home
from compose.system import SUPERUSER
from servicekit.testing.waiting import wait
from tests.hosts.faults import GIVEN_UP_S
from tests.hosts.namespaces import hosts, why_not
from tests.hosts.servers import PASSWORD, Servers, owned

#: As those by which one worker of a service relays and one consumes.
LOCK = 7_001
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def servers() -> Iterator[Servers]:
    """PostgreSQL alone, on a host of its own."""
    if reason := why_not():
        pytest.skip(f"NOT TRIED: a PostgreSQL on a host of its own, as {reason}")
    with tempfile.TemporaryDirectory(prefix="birzha-") as folder, hosts(1) as (here, first):
        home = Home.at(Path(folder) / "home")
        home.create(for_tests=True)
        system_owner.prepare(home)
        servers = Servers(owned(Path(folder) / "servers", home), here, first, first)
        try:
            servers.start_primary()
            yield servers
        finally:
            servers.end()


def options_of_a_service() -> dict[str, Any]:
    """How every service connects, to whichever PostgreSQL."""
    code = (
        "import json; from tests.all_apps import DATABASES as d; print(json.dumps(d['default']['OPTIONS']))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(json.loads(told.stdout))


def test_the_lock_of_a_session_that_was_given_up_is_free_soon(servers: Servers) -> None:
    place = {"host": servers.first.address, "user": SUPERUSER, "password": PASSWORD, "dbname": "postgres"}
    login = {**options_of_a_service(), **place}

    def leads(connection: Any) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            return bool(cursor.fetchone()[0])

    with closing(psycopg2.connect(**login)) as one:
        one.autocommit = True
        assert leads(one)
        wait(servers.first.is_silent, "the answer was not acknowledged")
        servers.first.cut()
        with pytest.raises(psycopg2.OperationalError):
            leads(one)
        servers.first.connect()
    with closing(psycopg2.connect(**login)) as another:
        another.autocommit = True
        wait(lambda: leads(another), "nobody can lead any more", GIVEN_UP_S)
