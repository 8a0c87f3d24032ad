"""The clock that tests move: what follows it, and that no system but a test's can."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from compose.local import processes, serve
from compose.local.paths import ROOT, Home

ASK = """
import json, time
from datetime import UTC, datetime
import celery.app.base, jwt.api_jwt
from django.utils import timezone
from servicekit.ids import new_id
isinstance(timezone.now(), datetime) or exit("no datetime")
found = [time.time(), timezone.now().timestamp(), jwt.api_jwt.datetime.now(tz=UTC).timestamp()]
print(json.dumps([*found, celery.app.base.datetime.now(UTC).timestamp(), (new_id().int >> 80) / 1000]))
"""
SERVED = [process for process in processes.PROCESSES if process.service]


def home_of(folder: Path, *, for_tests: bool) -> Home:
    home = Home.at(folder / "home")
    home.create(for_tests=for_tests)
    return home


@pytest.mark.parametrize("seconds", ["", "3600", "-120.5", "not a number"])
def test_a_process_of_a_test_system_follows_the_file(seconds: str, tmp_path: Path) -> None:
    home = home_of(tmp_path, for_tests=True)
    if seconds:
        home.clock("trading").write_text(seconds)
    variables = os.environ | serve.for_tests(home, processes.find(home, "trading"))
    variables |= {"DJANGO_SETTINGS_MODULE": "django.conf.global_settings"}
    argv = [sys.executable, "-c", ASK]
    result = subprocess.run(argv, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    *moved, new_id = [moment - time.time() for moment in json.loads(result.stdout or result.stderr)]

    by = float(seconds) if seconds[-1:].isdigit() else 0
    assert moved == pytest.approx([by] * 4, abs=15)
    assert new_id == pytest.approx(0, abs=15)


@pytest.mark.parametrize("process", SERVED, ids=lambda process: process.name)
def test_each_service_has_a_clock_of_its_own(process: processes.Process, tmp_path: Path) -> None:
    home = home_of(tmp_path, for_tests=True)

    clock = home.clock(process.name.partition("-")[0])
    assert serve.for_tests(home, process)["BIRZHA_CLOCK"] == str(clock)


def test_a_system_that_people_use_has_no_way_to_it(tmp_path: Path) -> None:
    home = home_of(tmp_path, for_tests=False)

    assert not any(serve.for_tests(home, process) for process in processes.PROCESSES)
