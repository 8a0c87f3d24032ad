"""What whoever changes the code has: a service started anew, its shell, its database."""

from __future__ import annotations

import os
import subprocess

import pytest

from compose.local import dev
from compose.local.paths import ROOT
from tests.system import System


def make(system: System, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
    variables = os.environ | {"BIRZHA_HOME": str(system.home.root)}
    argv = ["sh", "compose/local/run", *command]
    return subprocess.run(
        argv, cwd=ROOT, env=variables, input=given, capture_output=True, text=True, timeout=110, check=False
    )


def test_the_shell_is_that_of_the_service_on_its_data(system: System) -> None:
    code = "from market_service.instruments.models import Instrument; print(Instrument.objects.count() > 0)"

    result = make(system, "shell", "market", "-c", code)
    piped = make(system, "shell", "billing", given="print(6 * 7)\n")

    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "True"), result.stderr
    assert piped.stdout.splitlines()[-1] == "42"


def test_psql_is_the_service_with_its_rights_alone(system: System) -> None:
    me = make(system, "psql", "trading", "-Atc", "select current_user, current_database()")
    table = make(system, "psql", "trading", "-c", "drop table outbox")

    assert (me.returncode, me.stdout.strip()) == (0, "trading|trading"), me.stderr
    assert table.returncode != 0
    assert "must be owner" in table.stderr


@pytest.mark.timeout(300)
def test_a_service_starts_anew_and_serves(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("market", "market-stream", "market-worker")
    before = {name: system.process(name)["pid"] for name in (*names, "trading")}

    result = make(system, "restart", "market")

    assert result.returncode == 0, result.stdout + result.stderr
    assert "market, market-stream, market-worker restarted" in result.stdout
    assert all(system.process(name)["pid"] not in (0, before[name]) for name in names)
    assert system.process("trading")["pid"] == before["trading"]

    web = system.process("web")["pid"]
    dev._apply(system.home, ["web_frontend/urls.py", "web_frontend/templates/base.html"])

    assert "web, web-stream restarted" in capsys.readouterr().out
    assert system.process("web")["pid"] not in (0, web)
