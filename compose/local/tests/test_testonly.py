"""`make test ONLY=...`: which tests it means, and what it runs them on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from compose import testonly
from compose.local import databases, secrets
from compose.local.console import CommandError
from compose.local.paths import ROOT, Home, reused_homes
from compose.local.reused_systems import down
from compose.local.stack import Stack

FILE = "user_service/tests/accounts/test_identifiers.py"
CONNECTED = "SELECT datname FROM pg_stat_activity WHERE datname IS NOT NULL"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("user_service", ["user_service"]),
        ("user_service/tests/ tests/docs", ["user_service/tests/", "tests/docs"]),
        ("tests/docs/test_docs.py::test_x[a b]", ["tests/docs/test_docs.py::test_x[a b]"]),
        (r"tests/docs/test_docs.py::test_x[a' \n]", [r"tests/docs/test_docs.py::test_x[a' \n]"]),
        ("tests/docs/test_docs.py::test_x gateway", ["tests/docs/test_docs.py::test_x", "gateway"]),
        ("tests/docs/test_docs.py::test_x[1] gateway", ["tests/docs/test_docs.py::test_x[1]", "gateway"]),
        (
            "'tests/docs/test_docs.py::test_x[a b]' gateway",
            ["tests/docs/test_docs.py::test_x[a b]", "gateway"],
        ),
    ],
)
def test_only_names_packages_folders_files_and_tests(text: str, named: list[str]) -> None:
    assert testonly.targets(text) == named


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ONLY is empty"),
        ("trading_service/tests/test_order_place.py", "trading_service/tests/orders/test_order_place.py"),
        ("trading_servce", "trading_service"),
        ("tests/docs tests/dcos/x", "There is no tests/dcos/x"),
        (".", "for that run make test"),
        ("..", "outside of the project"),
    ],
)
def test_what_is_not_there_is_refused_with_what_may_be_meant(text: str, message: str) -> None:
    with pytest.raises(CommandError, match=message.replace(".", r"\.")):
        testonly.targets(text)


def test_each_package_is_a_run_of_its_own() -> None:
    named = ["user_service/tests", "tests/docs", "./user_service/manage.py"]
    assert testonly.by_package(named) == {"user_service": [named[0], named[2]], "tests": [named[1]]}


def test_each_checkout_and_test_home_keeps_its_own() -> None:
    assert {home.root.parent for home in reused_homes({})} == {ROOT / ".birzha-test-kept"}
    other = reused_homes({"BIRZHA_TEST_HOME": "/tmp/other"})
    assert [home.root for home in other] == [Path("/tmp/other-kept/servers"), Path("/tmp/other-kept/system")]


@pytest.fixture
def kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """Where this test's runs keep their servers."""
    monkeypatch.setenv("BIRZHA_TEST_HOME", str(folder / "t"))
    yield reused_homes()[0]
    down()


def run(*, only: str, arguments: str = "") -> subprocess.Popen[str]:
    variables = os.environ | {"ONLY": only, "ARGS": arguments}
    argv = [sys.executable, "-m", "compose.testonly"]
    return subprocess.Popen(
        argv, cwd=ROOT, env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def query(home: Home, role: str, sql: str) -> list[str]:
    """The first column of what a role is answered; nothing where there is no answer."""
    connection = databases.connect(home, role=role, password=secrets.load(home)[role])
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = [name for (name,) in cursor.fetchall()] if cursor.description else []
    connection.close()
    return found


def templates(home: Home) -> list[str]:
    return query(
        home, "user_owner", "SELECT datname FROM pg_database WHERE datname ~ '^test_user_' ORDER BY 1"
    )


@pytest.mark.timeout(400)
def test_the_servers_and_the_migrated_database_stay_for_the_next_run(kept: Home) -> None:
    first = run(only=FILE)
    message, _ = first.communicate()
    assert first.returncode == 0, message
    assert "starting PostgreSQL and Valkey" in message
    assert "make down stops them" in message
    server, (template,) = Stack(kept).supervisor.pid(), templates(kept)

    # Killed in the middle: nothing of it is in the way of the next run.
    killed = run(only="user_service", arguments="-x")
    while "test_user" not in query(kept, "postgres", CONNECTED):
        assert killed.poll() is None
        time.sleep(0.1)
    for process in (*_children(killed.pid), killed.pid):
        os.kill(process, signal.SIGKILL)
    killed.wait()

    # As if the migrations had changed.
    old = f"{template[:-12]}{'0' * 12}"
    query(kept, "user_owner", f"ALTER DATABASE {template} RENAME TO {old}")
    again = run(only=FILE)
    message, _ = again.communicate()
    assert again.returncode == 0, message
    assert "starting PostgreSQL" not in message
    assert Stack(kept).supervisor.pid() == server
    assert templates(kept) == [template]

    assert [home.root for home in down()] == [kept.root]
    assert not Stack(kept).supervisor.alive()


def _children(pid: int) -> list[int]:
    import psutil

    return [child.pid for child in psutil.Process(pid).children(recursive=True)]
