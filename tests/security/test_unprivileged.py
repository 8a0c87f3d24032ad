"""Nothing of a running system is root's, whoever started it, and no process can do what its user cannot."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import psutil
import psycopg2
import pytest

from compose.local import databases, secrets
from compose.local.postgres import SUPERUSER
from compose.local.supervisor import Supervisor
from tests.system import System

Looked = TypeVar("Looked")

linux = pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")


def of_each_process(system: System, look: Callable[[psutil.Process], Looked]) -> dict[str, Looked]:
    """What ``look`` finds of supervisord and of everything below it, but of what has ended meanwhile."""
    master = psutil.Process(Supervisor(system.home).pid())
    found = {}
    for process in (master, *master.children(recursive=True)):
        with suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            found[f"{process.name()} {process.pid}"] = look(process)
    assert {"postgres", "nginx", "envoy"} <= {name.split()[0].rstrip(":") for name in found}
    return found


def test_every_process_is_the_homes_owners(system: System) -> None:
    owner = system.home.root.stat().st_uid
    assert owner != 0
    for process, (uids, gids) in of_each_process(system, lambda each: (each.uids(), each.gids())).items():
        assert set(uids) == {owner}, process
        assert 0 not in gids, process


@linux
def test_no_process_has_a_capability(system: System) -> None:
    statuses = of_each_process(system, lambda each: Path(f"/proc/{each.pid}/status").read_text())
    for process, status in statuses.items():
        held = dict(line.split(":\t", 1) for line in status.splitlines())
        for kind in ("CapPrm", "CapEff", "CapAmb"):
            assert int(held[kind], 16) == 0, f"{process}: {kind} {held[kind]}"


@pytest.mark.skipif(not Path("/etc/shadow").exists(), reason="no such file here")
def test_postgresql_reads_no_file_of_roots(system: System) -> None:
    passwords = secrets.load(system.home)
    connection = databases.connect(system.home, role=SUPERUSER, password=passwords[SUPERUSER])
    with connection.cursor() as cursor:
        for query in ("SELECT pg_read_file('/etc/shadow')", "SELECT * FROM pg_ls_dir('/root')"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(query)
    connection.close()


@pytest.mark.skipif(os.getuid() != 0, reason="only root could make such files")
def test_nothing_in_the_home_is_roots(system: System) -> None:
    owner = system.home.root.stat().st_uid
    for folder in (system.home.etc, system.home.secrets, system.home.data, system.home.run):
        for parent, folders, files in os.walk(folder):  # a running server removes some meanwhile
            for path in (parent, *(os.path.join(parent, name) for name in (*folders, *files))):
                with suppress(FileNotFoundError):
                    assert os.lstat(path).st_uid == owner, path
