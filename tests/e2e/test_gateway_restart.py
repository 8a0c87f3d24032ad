"""`make gateway-restart` and `make gateway-reload` of the real system, while customers trade."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter

import httpx
import pytest

from compose.local.paths import ROOT
from tests.e2e.people import Person
from tests.system import System


class Load:
    """A customer who reads and writes without a pause; ``counts``: status or error → how often."""

    def __init__(self, system: System, person: Person) -> None:
        self.counts: Counter[str] = Counter()
        self._url, self._authorization = system.url, person.http.headers["Authorization"]
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(4)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        headers = {"Authorization": self._authorization}
        with httpx.Client(base_url=self._url, headers=headers, timeout=20, verify=False) as client:
            while not self._stop.is_set():
                for method, path in (
                    ("GET", "/api/v1/account"),
                    ("POST", "/api/v1/notifications/read-all"),
                    ("GET", "/api/v1/instruments"),
                    ("GET", "/"),
                ):
                    try:
                        self.counts[str(client.request(method, path).status_code)] += 1
                    except httpx.HTTPError as error:
                        self.counts[repr(error)] += 1


@pytest.mark.timeout(240)
@pytest.mark.parametrize("command", ["gateway-reload", "gateway-restart"])
def test_no_request_is_lost(system: System, person: Person, command: str) -> None:
    with Load(system, person) as load:
        time.sleep(1)
        result = subprocess.run(
            [sys.executable, "-m", "compose.local", command],
            cwd=ROOT,
            env={"BIRZHA_HOME": str(system.home.root), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        time.sleep(8)
    assert result.returncode == 0, result.stdout + result.stderr
    assert set(load.counts) <= {"200", "204"}, load.counts
    assert sum(load.counts.values()) > 200
