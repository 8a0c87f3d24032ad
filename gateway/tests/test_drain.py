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
from gateway.tests.hot_restarted import DRAIN, RestartableGateway, hot_restarter
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


def test_a_reload_of_everything_loses_no_request(gateway: RestartableGateway) -> None:
    [envoy] = gateway.envoys()
    listeners = gateway.system.folder / "etc" / "lds" / "listeners.json"
    before = version(listeners)
    with Trading(gateway.system) as load:
        for size in (2_000_000, 3_000_000, 4_000_000):
            time.sleep(1)
            gateway.change(lambda raw, size=size: raw["limits"].update(body_bytes=size))
            gateway.change(lambda raw, size=size: raw["timeouts"].update(safe=size / 1e6 + 8))
        time.sleep(DRAIN + 1)
    assert set(load.counts) == {"200"}, load.counts
    assert load.counts["200"] > 200
    assert version(listeners) != before
    assert gateway.envoys() == [envoy]  # without a restart
    with gateway.system.outside() as client:
        assert client.post("/api/v1/orders", content=b"x" * 3_500_000, headers=bearer()).status_code == 200


def test_a_restart_loses_no_request(gateway: RestartableGateway) -> None:
    known = gateway.envoys()
    with Trading(gateway.system) as load:
        for _ in range(2):
            time.sleep(1)
            gateway.restart()
            known.append(gateway.wait_until_alone(without=known))
        time.sleep(1)
    assert set(load.counts) == {"200"}, load.counts
    assert load.counts["200"] > 200
    assert gateway.envoys() == known[-1:]
    with (
        gateway.system.through("gateway.sock") as frontend,
        gateway.system.through("gateway-stats.sock") as stats,
    ):
        assert frontend.get("/").status_code == 200
        assert stats.get("/ready").text.strip() == "LIVE"


def test_two_restarts_at_once_are_one_after_the_other(gateway: RestartableGateway) -> None:
    [first] = gateway.envoys()
    with Trading(gateway.system, clients=2) as load:
        gateway.restart()
        time.sleep(1.5)
        second = next(pid for pid in gateway.envoys() if pid != first)
        gateway.restart()
        third = gateway.wait_until_alone(without=[first, second])
        time.sleep(1)
    assert set(load.counts) == {"200"}, load.counts
    assert gateway.envoys() == [third]


def test_what_is_under_way_at_the_end_is_finished(gateway: RestartableGateway) -> None:
    statuses: list[int] = []

    def slow() -> None:
        with gateway.system.outside() as client:
            path = f"/api/v1/orders?do=slow&seconds={DRAIN / 2}"
            statuses.append(client.post(path, headers=bearer()).status_code)

    asking = [threading.Thread(target=slow) for _ in range(5)]
    for thread in asking:
        thread.start()
    time.sleep(0.5)
    gateway.process.terminate()
    for thread in asking:
        thread.join()
    assert statuses == [200] * 5
    assert gateway.process.wait(60) == 0
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", gateway.system.port), timeout=1):
        pass


def test_a_killed_envoy_ends_its_hot_restarter(gateway: RestartableGateway) -> None:
    os.kill(gateway.envoys()[0], signal.SIGKILL)
    assert gateway.process.wait(60) == 1


def test_a_killed_hot_restarter_leaves_nothing_that_holds_the_port(
    gateway: RestartableGateway,
) -> None:
    gateway.process.kill()
    gateway.process.wait(60)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", gateway.system.port), timeout=1):
            time.sleep(0.1)
            continue
        break
    with hot_restarter(gateway.system), gateway.system.outside() as client:
        assert client.get("/").status_code == 200


def test_a_second_gateway_cannot_share_the_port(gateway: RestartableGateway, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    other = System(tmp_path, gateway.system.port, gateway.system.source)
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
    assert "is the port in use?" in result.stderr
