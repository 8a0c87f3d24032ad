"""Every log goes through supervisord, which keeps so much of it and no more; a flood stops no writer.

A real supervisord by the real configuration; only the sizes are smaller, and what it runs is a writer of
numbered lines in the place of each process.
"""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compose.local import processes
from compose.local.paths import ROOT, Home
from compose.local.processes import LOG_FILES, PROCESSES
from compose.local.supervisor import RUNNING, Supervisor
from servicekit.testing.waiting import wait

#: What a process writes before it waits, and after it was told to go on. A line has 100 bytes.
FLOOD, MORE = 60_000, 8_000
FILE_KB = 400
#: supervisord reads so much of a pipe at once, and looks at the size afterwards.
CHUNK = 131_072

WRITER = """#!{python}
import os, sys, time
name, go = sys.argv[-1], os.path.join(os.environ["BIRZHA_HOME"], "go")
def write(first, last):
    for start in range(first, last, 500):
        lines = "".join(f"{{name:<24}} {{n:08d}} ".ljust(99, "x") + "\\n" for n in range(start, start + 500))
        data = lines.encode()
        while data:
            data = data[os.write(1 + start // 500 % 2, data):]
write(0, {flood})
while not os.path.exists(go):
    time.sleep(0.05)
write({flood}, {flood} + {more})
time.sleep(600)
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home whose supervisord runs a writer for each process, with small logs."""
    home = Home.at(tmp_path / "home")
    home.create(for_tests=True)
    file = processes.write_configuration(home)
    text = re.sub("(?m)^logfile_maxbytes=.*$", "logfile_maxbytes=1KB", file.read_text())
    file.write_text(re.sub("(?m)^stdout_logfile_maxbytes=.*$", f"stdout_logfile_maxbytes={FILE_KB}KB", text))
    writer = tmp_path / "writer"
    writer.write_text(WRITER.format(python=sys.executable, flood=FLOOD, more=MORE))
    writer.chmod(0o700)
    variables = os.environ | {
        "BIRZHA_HOME": str(home.root), "BIRZHA_ROOT": str(ROOT), "BIRZHA_PYTHON": str(writer)
    }  # fmt: skip
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(file)]
    subprocess.run(command, env=variables, cwd=ROOT, check=True, timeout=30)
    supervisor = Supervisor(home)
    try:
        wait(supervisor.alive, "supervisord does not answer", 20)
        yield home
    finally:
        supervisor.shutdown()


def files_of(home: Home, name: str) -> list[Path]:
    """A log's files, the oldest first."""
    older = [home.log / f"{name}.log.{number}" for number in range(LOG_FILES + 3, 0, -1)]
    return [file for file in (*older, home.log / f"{name}.log") if file.exists()]


def numbers(home: Home, name: str) -> list[int]:
    text = b"".join(file.read_bytes() for file in files_of(home, name)).decode()
    lines = text.splitlines()
    assert text.endswith("\n")
    assert {len(line) for line in lines[1:]} == {99}, f"{name}: a line is torn"
    assert {line[:24].strip() for line in lines[1:]} == {name}
    return [int(line[25:33]) for line in lines[1:]]


def size_of(home: Home, name: str) -> int:
    return sum(file.stat().st_size for file in files_of(home, name))


@pytest.mark.timeout(400)
def test_a_flood_of_every_log_at_once_loses_the_oldest_lines_and_nothing_else(home: Home) -> None:
    supervisor = Supervisor(home)
    for group in dict.fromkeys(map(processes.group_of, PROCESSES)):
        supervisor.start(group)
    names = [process.name for process in PROCESSES]

    def written(last: int) -> Callable[[], bool]:
        def look() -> bool:
            return all(
                (file := home.log / f"{name}.log").exists()
                and f" {last - 1:08d} ".encode() in file.read_bytes()[-200:]
                for name in names
            )

        return look

    wait(written(FLOOD), "the flood was not written", 240)
    wait(lambda: {state["statename"] for state in supervisor.states()} == {RUNNING}, "not all run", 30)
    pids = {state["name"]: state["pid"] for state in supervisor.states()}
    most = LOG_FILES * FILE_KB * 1024
    for name in names:
        kept = numbers(home, name)
        assert kept == list(range(kept[0], FLOOD)), f"{name}: lines are missing in the middle"
        assert len(files_of(home, name)) == LOG_FILES
        assert most * (LOG_FILES - 1) / LOG_FILES - CHUNK < size_of(home, name) <= most + LOG_FILES * CHUNK
    (home.root / "go").touch()
    wait(written(FLOOD + MORE), "the writers did not go on after the rotations")
    for name in names:
        kept = numbers(home, name)
        assert kept == list(range(kept[0], FLOOD + MORE))
        assert size_of(home, name) <= most + LOG_FILES * CHUNK
    states = {state["name"]: (state["statename"], state["pid"]) for state in supervisor.states()}
    assert states == {name: (RUNNING, pids[name]) for name in names}
    of_supervisord = [file.stat().st_size for file in home.log.glob("supervisord.log*")]
    assert len(of_supervisord) == 2
    assert sum(of_supervisord) < 2 * 1024 + 1024
    assert {file.name.partition(".log")[0] for file in home.log.iterdir()} == {*names, "supervisord"}


def test_every_log_has_a_bound_and_their_sum_is_what_the_docs_say(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    home.create(for_tests=True)
    written = configparser.RawConfigParser(strict=True)
    written.read_string(processes.write_configuration(home).read_text())
    total = 0
    for process in PROCESSES:
        section = written[f"program:{process.name}"]
        assert section["redirect_stderr"] == "true"
        assert section["stdout_logfile"] == f"%(ENV_BIRZHA_HOME)s/log/{process.name}.log"
        megabytes = int(section["stdout_logfile_maxbytes"].removesuffix("MB"))
        assert megabytes > 0  # 0 would be no bound
        total += megabytes * (int(section["stdout_logfile_backups"]) + 1)
    head = written["supervisord"]
    total += int(head["logfile_maxbytes"].removesuffix("MB")) * (int(head["logfile_backups"]) + 1)
    guide = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    assert f"{total / 1000:.1f} GB" in guide
