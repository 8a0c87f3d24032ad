"""Reload, restart and stop of the gateway under load, by what `make gateway-reload` and supervisord use."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from gateway.runtime.files import version
from gateway.tests.keeping import DRAIN, Kept, keeper
from gateway.tests.running import System
from gateway.tests.tokens import bearer
from servicekit.testing.load import Load


class Trading(Load):
    """Everybody asks without a pause on a kept-alive connection, as browsers do.

    Counted: ``200``, another status, or the name of an error.
    """

    def __init__(self, system: System, clients: int = 8) -> None:
        super().__init__(clients)
        self.system = system

    def run(self, client: int) -> None:
        headers = bearer(f"client-{client}")
        connection = http.client.HTTPConnection("127.0.0.1", self.system.port, timeout=20)
        number = 0
        while not self.stop.is_set():
            number += 1
            method = "POST" if number % 2 else "GET"
            slow = "?do=slow&seconds=0.7" if number % 50 == client else ""
            try:
                connection.request(method, f"/api/v1/orders{slow}", headers=headers)
                answer = connection.getresponse()
                answer.read()
                self.counts[str(answer.status)] += 1
            except (OSError, http.client.HTTPException) as error:
                self.counts[type(error).__name__] += 1
                connection.close()
            time.sleep(0.002)
        connection.close()


def test_a_reload_of_everything_loses_no_request(kept: Kept) -> None:
    [envoy] = kept.envoys()
    doors = kept.system.folder / "etc" / "lds" / "listeners.json"
    before = version(doors)
    with Trading(kept.system) as load:
        for size in (2_000_000, 3_000_000, 4_000_000):
            time.sleep(1)
            kept.change(lambda raw, size=size: raw["limits"].update(body_bytes=size))
            kept.change(lambda raw, size=size: raw["timeouts"].update(safe=size / 1e6 + 8))
        time.sleep(DRAIN + 1)
    assert set(load.counts) == {"200"}, load.counts
    assert load.counts["200"] > 1000
    assert version(doors) != before
    assert kept.envoys() == [envoy]  # without a restart
    with kept.system.outside() as client:
        assert client.post("/api/v1/orders", content=b"x" * 3_500_000, headers=bearer()).status_code == 200


def test_a_restart_loses_no_request(kept: Kept) -> None:
    known = kept.envoys()
    with Trading(kept.system) as load:
        for _ in range(2):
            time.sleep(1)
            kept.restart()
            known.append(kept.wait_until_alone(without=known))
        time.sleep(1)
    assert set(load.counts) == {"200"}, load.counts
    assert load.counts["200"] > 1000
    assert kept.envoys() == known[-1:]
    with kept.system.through("gateway.sock") as frontend, kept.system.through("gateway-stats.sock") as stats:
        assert frontend.get("/").status_code == 200
        assert stats.get("/ready").text.strip() == "LIVE"


def test_two_restarts_at_once_are_one_after_the_other(kept: Kept) -> None:
    [first] = kept.envoys()
    with Trading(kept.system, clients=2) as load:
        kept.restart()
        time.sleep(1.5)
        second = next(pid for pid in kept.envoys() if pid != first)
        kept.restart()
        third = kept.wait_until_alone(without=[first, second])
        time.sleep(1)
    assert set(load.counts) == {"200"}, load.counts
    assert kept.envoys() == [third]


def test_what_is_under_way_at_the_end_is_finished(kept: Kept) -> None:
    statuses: list[int] = []

    def slow() -> None:
        with kept.system.outside() as client:
            path = f"/api/v1/orders?do=slow&seconds={DRAIN - 0.5}"
            statuses.append(client.post(path, headers=bearer()).status_code)

    asking = [threading.Thread(target=slow) for _ in range(5)]
    for thread in asking:
        thread.start()
    time.sleep(0.5)
    kept.process.terminate()
    for thread in asking:
        thread.join()
    assert statuses == [200] * 5
    begun = time.monotonic()
    assert kept.process.wait(10) == 0
    assert time.monotonic() - begun < 2
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", kept.system.port), timeout=1):
        pass


def test_a_killed_envoy_ends_its_keeper(kept: Kept) -> None:
    os.kill(kept.envoys()[0], signal.SIGKILL)
    assert kept.process.wait(5) == 1


def test_a_killed_keeper_leaves_nothing_that_holds_the_port(
    kept: Kept,
) -> None:
    kept.process.kill()
    kept.process.wait(5)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", kept.system.port), timeout=1):
            time.sleep(0.1)
            continue
        break
    with keeper(kept.system), kept.system.outside() as client:
        assert client.get("/").status_code == 200


def test_a_second_gateway_cannot_share_the_port(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    other = System(tmp_path, kept.system.port, kept.system.source)
    other.render()
    argv = [
        sys.executable,
        "-m",
        "gateway.runtime.hot_restart",
        "--config",
        str(tmp_path / "etc"),
        "--concurrency",
        "1",
    ]
    result = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 1
    assert "is the port taken?" in result.stderr
