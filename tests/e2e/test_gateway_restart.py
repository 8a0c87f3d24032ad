"""`make gateway-restart` and `make gateway-reload` of the real system, while customers trade."""

from __future__ import annotations

import subprocess
import sys
import time

import httpx
import pytest

from compose.local.paths import ROOT
from servicekit.testing.load import Load
from tests.e2e.people import Person, wait
from tests.system import System, latest_action


class Browsing(Load):
    """A customer in four windows, who reads and writes without a pause. Counted: statuses and errors."""

    def __init__(self, person: Person) -> None:
        super().__init__(4)
        self.url, self.headers = person.url, {"Authorization": person.http.headers["Authorization"]}

    def run(self, client: int) -> None:
        with httpx.Client(base_url=self.url, headers=self.headers, timeout=60, verify=False) as http:
            while not self.stop.is_set():
                for method, path in (
                    ("GET", "/api/v1/account"),
                    ("POST", "/api/v1/notifications/read-all"),
                    ("GET", "/api/v1/instruments"),
                    ("GET", "/"),
                ):
                    try:
                        self.counts[str(http.request(method, path).status_code)] += 1
                    except httpx.HTTPError as error:
                        self.counts[repr(error)] += 1


@pytest.mark.timeout(240)
@pytest.mark.parametrize("command", ["gateway-reload", "gateway-restart"])
def test_no_request_is_lost(system: System, person: Person, command: str) -> None:
    with Browsing(person) as load:
        wait(lambda: sum(load.counts.values()) > 20, "nobody was answered")
        result = subprocess.run(
            [sys.executable, "-m", "compose.local", command],
            cwd=ROOT,
            env={"BIRZHA_HOME": str(system.home.root), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        time.sleep(8)
        before = sum(load.counts.values())
        wait(lambda: sum(load.counts.values()) > before + 100, "nobody was answered afterwards")
    assert result.returncode == 0, result.stdout + result.stderr
    assert set(load.counts) <= {"200", "204"}, load.counts
    recorded = latest_action(system)
    action = {"gateway-reload": "gateway.reload", "gateway-restart": "gateway.restart"}[command]
    assert (recorded["action"], recorded["object_id"]) == (action, "gateway")
    assert recorded["actor_name"].startswith("shell:")
