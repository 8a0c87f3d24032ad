"""A pod waits for its servers and its tables, as ``/readyz`` sees them, before its process starts."""

from __future__ import annotations

import subprocess
import sys

from compose.local.paths import ROOT
from compose.local.stack import Stack
from compose.system.environment import child_environment


def test_it_waits_for_the_tables_and_goes_on_when_nothing_is_missing(system: Stack) -> None:
    with _waiting(system, "trading") as waits:
        assert waits.stdout
        said = waits.stdout.readline()
        waits.kill()
    assert '"database": "ok", "redis": "ok"' in said
    assert "to be run" in said

    with _waiting(system, "web") as waits:
        assert waits.communicate()[0] == ""
    assert waits.returncode == 0


def _waiting(system: Stack, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "compose.kubernetes.wait", name]
    known = child_environment(system.home.root)
    return subprocess.Popen(command, cwd=ROOT, env=known, stdout=subprocess.PIPE, text=True)
