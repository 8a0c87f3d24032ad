"""Reload, restart and stop of the gateway under load, by what `make gateway-reload` and supervisord use."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from gateway.canary.admin import Admin
from gateway.files import version
from gateway.taken import wait_until_taken
from gateway.tests.running import System, made
from gateway.tests.tokens import bearer

DRAIN = 4


class Load:
    """Clients that ask without a pause, each on its kept-alive connection, as browsers do.

    Attributes:
        counts: what came of every request: ``200``, another status, or the name of an error.
    """

    def __init__(self, system: System, clients: int = 8) -> None:
        self.system = system
        self.counts: Counter[str] = Counter()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(clients)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, client: int) -> None:
        headers = bearer(f"client-{client}")
        connection = http.client.HTTPConnection("127.0.0.1", self.system.port, timeout=20)
        number = 0
        while not self._stop.is_set():
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


@contextmanager
def keeper(system: System) -> Iterator[subprocess.Popen[bytes]]:
    """The gateway as the local system runs it."""
    system.render()
    argv = [sys.executable, "-m", "gateway.keeper", "--config", str(system.folder / "etc")]
    argv += ["--drain", str(DRAIN), "--concurrency", "2"]
    with (system.folder / "envoy.log").open("ab") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log)
        try:
            system.wait_until_up(process)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(30)


@pytest.fixture
def kept() -> Iterator[tuple[System, subprocess.Popen[bytes]]]:
    with tempfile.TemporaryDirectory(prefix="gw") as name:
        system = made(Path(name), rates=1000)
        system.start_services()
        with keeper(system) as process:
            yield system, process
        for upstream in system.services.values():
            upstream.stop()


def change(system: System, edit: Any) -> None:
    """Edit gateway.yaml, render, and wait until Envoy goes by it."""
    raw = yaml.safe_load(system.source.read_text(encoding="utf-8"))
    edit(raw)
    system.source.write_text(yaml.safe_dump(raw), encoding="utf-8")
    system.render()
    wait_until_taken(Admin(system.run_dir / "gateway-admin.sock"), system.folder / "etc")


def envoys(keeper: subprocess.Popen[bytes]) -> list[int]:
    return [child.pid for child in psutil.Process(keeper.pid).children()]


def test_a_reload_of_everything_loses_no_request(kept: tuple[System, subprocess.Popen[bytes]]) -> None:
    system, process = kept
    [envoy] = envoys(process)
    doors = system.folder / "etc" / "lds" / "listeners.json"
    before = version(doors)
    with Load(system) as load:
        for size in (2_000_000, 3_000_000, 4_000_000):
            time.sleep(1)
            change(system, lambda raw, size=size: raw["limits"].update(body_bytes=size))
            change(system, lambda raw, size=size: raw["timeouts"].update(safe=size / 1e6 + 5))
        time.sleep(DRAIN + 2)
    assert set(load.counts) == {"200"}, load.counts
    assert load.counts["200"] > 1000
    assert version(doors) != before
    assert envoys(process) == [envoy]  # without a restart
    with system.outside() as client:
        assert client.post("/api/v1/orders", content=b"x" * 3_500_000, headers=bearer()).status_code == 200


def test_a_restart_loses_no_request(kept: tuple[System, subprocess.Popen[bytes]]) -> None:
    system, process = kept
    first = envoys(process)
    with Load(system) as load:
        for _ in range(2):
            time.sleep(1)
            process.send_signal(signal.SIGHUP)
            time.sleep(DRAIN + 4)
    assert set(load.counts) == {"200"}, load.counts
    assert load.counts["200"] > 1000
    assert len(envoys(process)) == 1
    assert envoys(process) != first
    with system.through("gateway.sock") as frontend, system.through("gateway-stats.sock") as stats:
        assert frontend.get("/").status_code == 200
        assert stats.get("/ready").text.strip() == "LIVE"


def test_two_restarts_at_once_are_one_after_the_other(kept: tuple[System, subprocess.Popen[bytes]]) -> None:
    system, process = kept
    [first] = envoys(process)
    with Load(system, clients=2) as load:
        process.send_signal(signal.SIGHUP)
        time.sleep(1.5)
        second = next(pid for pid in envoys(process) if pid != first)
        process.send_signal(signal.SIGHUP)
        time.sleep(2 * (DRAIN + 4))
    assert set(load.counts) == {"200"}, load.counts
    assert len(envoys(process)) == 1
    assert envoys(process) not in ([first], [second])


def test_what_is_under_way_at_the_end_is_finished(kept: tuple[System, subprocess.Popen[bytes]]) -> None:
    system, process = kept
    statuses: list[int] = []

    def slow() -> None:
        with system.outside() as client:
            path = "/api/v1/orders?do=slow&seconds=2"
            statuses.append(client.post(path, headers=bearer()).status_code)

    asking = [threading.Thread(target=slow) for _ in range(5)]
    for thread in asking:
        thread.start()
    time.sleep(0.5)
    process.terminate()
    for thread in asking:
        thread.join()
    assert statuses == [200] * 5
    begun = time.monotonic()
    assert process.wait(10) == 0
    assert time.monotonic() - begun < 2
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", system.port), timeout=1):
        pass


def test_a_killed_envoy_ends_its_keeper(kept: tuple[System, subprocess.Popen[bytes]]) -> None:
    _, process = kept
    os.kill(envoys(process)[0], signal.SIGKILL)
    assert process.wait(5) == 1


def test_a_killed_keeper_leaves_nothing_that_holds_the_port(
    kept: tuple[System, subprocess.Popen[bytes]],
) -> None:
    system, process = kept
    process.kill()
    process.wait(5)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", system.port), timeout=1):
            time.sleep(0.1)
            continue
        break
    with keeper(system), system.outside() as client:
        assert client.get("/").status_code == 200


def test_a_second_gateway_cannot_share_the_port(
    kept: tuple[System, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    system, _ = kept
    (tmp_path / "run").mkdir()
    other = System(tmp_path, system.port, system.source)
    other.render()
    argv = [sys.executable, "-m", "gateway.keeper", "--config", str(tmp_path / "etc"), "--concurrency", "1"]
    result = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 1
    assert "is the port taken?" in result.stderr
