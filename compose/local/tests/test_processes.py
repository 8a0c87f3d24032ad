"""What is killed comes back; what a killed supervisord leaves behind is dealt with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest

from compose.local import databases, orphans, ready, secrets, valkey
from compose.local.console import CommandError
from compose.local.paths import ROOT, Home
from compose.local.processes import PROCESSES, command
from compose.local.stack import Stack
from servicekit.testing.waiting import wait


def pid_of(system: Stack, name: str) -> int:
    return next(int(state["pid"]) for state in system.supervisor.states() if state["name"] == name)


def test_postgres_comes_back_and_has_what_was_committed(system: Stack, passwords: dict[str, str]) -> None:
    """kill -9 leaves a stale postmaster.pid, and children that hold the shared memory for a moment."""
    home, owner = system.home, passwords["billing_owner"]
    busy = databases.connect(home, role="billing_owner", password=owner, database="billing")
    with busy.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
        cursor.execute("INSERT INTO kept VALUES (1)")
    killed = pid_of(system, "postgres")
    os.kill(killed, signal.SIGKILL)
    with pytest.raises(psycopg2.Error), busy.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")
    wait(lambda: pid_of(system, "postgres") not in (0, killed))
    databases.wait_for_server(home, passwords)
    again = databases.connect(home, role="billing_owner", password=owner, database="billing")
    with again.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kept")
        assert cursor.fetchone()[0] >= 1
        cursor.execute("DROP TABLE kept")
    again.close()


def test_valkey_comes_back_with_its_data(system: Stack, passwords: dict[str, str]) -> None:
    import redis

    client = redis.Redis.from_url(valkey.url(system.home, "admin", passwords["redis.admin"]))
    entry = client.xadd("events:trading", {"envelope": "{}"})
    time.sleep(1.5)  # appendfsync everysec
    killed = pid_of(system, "redis")
    os.kill(killed, signal.SIGKILL)
    wait(lambda: pid_of(system, "redis") not in (0, killed))
    valkey.wait_for_server(system.home, passwords)
    assert client.xrange("events:trading")[-1][0] == entry
    client.delete("events:trading")


def test_a_start_after_supervisord_was_killed_ends_the_orphans_first(
    system: Stack, passwords: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    left = [psutil.Process(pid_of(system, name)) for name in ("postgres", "redis")]
    os.kill(system.supervisor.pid(), signal.SIGKILL)
    wait(lambda: not system.supervisor.alive())
    assert all(orphan.is_running() for orphan in left)
    system.backing_up()
    assert not any(orphan.is_running() for orphan in left)
    assert "supervisord is gone" in capfd.readouterr().out
    databases.connect(system.home, role="user", password=passwords["user"], database="user").close()


def test_down_after_supervisord_was_killed_ends_the_orphans(folder: Path) -> None:
    stack = Stack(Home.at(folder / "home"))
    stack.backing_up()
    left = [psutil.Process(pid_of(stack, name)) for name in ("postgres", "redis")]
    assert {orphan.pid for orphan in left} < {process.pid for process in orphans.of_system(stack.home)}
    os.kill(stack.supervisor.pid(), signal.SIGKILL)
    wait(lambda: not stack.supervisor.alive())
    assert stack.down()
    assert not any(orphan.is_running() for orphan in left)
    assert orphans.of_system(stack.home) == []
    assert not stack.down(), "nothing left to stop"
    stack.backing_up()
    stack.reset()
    assert not stack.home.root.exists()
    assert not stack.home.run.exists()


def test_a_start_compiles_the_code_for_all_processes(system: Stack) -> None:
    compiled = Path(cache_from_source(str(ROOT / "notification_service" / "manage.py")))
    compiled.unlink(missing_ok=True)
    system.backing_up()
    assert compiled.exists()


def test_two_systems_live_side_by_side(system: Stack, folder: Path) -> None:
    other = Stack(Home.at(folder / ("long" * 20)))
    other.backing_up()
    try:
        assert other.home.run != system.home.run
        ours = {process.pid for process in orphans.of_system(system.home)}
        theirs = {process.pid for process in orphans.of_system(other.home)}
        assert ours
        assert theirs
        assert not ours & theirs
        with pytest.raises(psycopg2.OperationalError, match="password"):
            password = secrets.load(system.home)["trading"]
            databases.connect(other.home, role="trading", password=password, database="trading")
    finally:
        other.reset()


def test_a_system_that_people_use_is_not_taken_for_tests(folder: Path) -> None:
    stack = Stack(Home.at(folder / "home"))
    stack.home.create()
    with pytest.raises(CommandError, match="for tests"):
        stack.backing_up()


def test_what_does_not_start_is_named_with_the_end_of_its_log(system: Stack) -> None:
    (system.home.log / "redis.log").open("a").write("the last words\n")
    error = ready.failure(system.home, ["redis"], "redis does not start")
    assert str(error).startswith("redis does not start.")
    assert str(error).endswith("the last words")


def test_every_command_of_the_system_exists(system: Stack) -> None:
    for process in PROCESSES:
        argv = command(system.home, process)
        assert os.access(argv[0], os.X_OK), process.name


APP = """
import gc, json, os
loaded = [[] for _ in range(100_000)]
looks = gc.isenabled()

def application(environ, start):
    start("200 OK", [])
    told = {"pid": os.getpid(), "frozen": gc.get_freeze_count(), "looked": looks, "looks": gc.isenabled()}
    return [json.dumps(told).encode()]
"""


def test_a_gunicorn_worker_looks_for_no_cycles_in_what_it_has_loaded_and_ends_with_its_master(
    folder: Path,
) -> None:
    (folder / "app.py").write_text(APP)
    bind = folder / "run.sock"
    argv = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "compose" / "system" / "gunicorn_conf.py")]
    argv += ["--bind", f"unix:{bind}", "app:application"]

    def told() -> dict[str, Any]:
        try:
            status, body = ready.get(ready.UnixConnection(bind), "/", "*/*")
        except OSError:
            return {}
        found: dict[str, Any] = json.loads(body) if status == 200 else {}
        return found

    masters = []
    try:
        for _ in range(2):
            masters.append(subprocess.Popen(argv, cwd=folder))

            def served() -> dict[str, Any] | None:
                found = told()
                is_its = found and psutil.Process(found["pid"]).ppid() == masters[-1].pid
                return found if is_its else None

            found: dict[str, Any] = wait(served)
            assert found["frozen"] > 100_000
            assert (found["looked"], found["looks"]) == (False, True)
            worker = psutil.Process(found["pid"])
            masters[-1].kill()
            masters[-1].wait()
            wait(lambda worker=worker: not worker.is_running(), "it still runs", 2)  # type: ignore[misc]
    finally:
        for master in masters:
            master.kill()
            master.wait()
