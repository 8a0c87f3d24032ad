"""One real Envoy with all services behind it, for the whole test session."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from gateway.envoy.binary import command
from gateway.render import render
from gateway.source import SOURCE_FILE, load
from gateway.tests.upstream import Upstream

#: The real file, with times that a test can wait for.
SHORT_TIMES = {"safe": 2.5, "safe_try": 1, "unsafe": 1.5, "stream_idle": 3, "client_request": 2}


@dataclass
class System:
    """The running gateway and what stands behind it."""

    folder: Path
    port: int
    source: Path
    services: dict[str, Upstream] = field(default_factory=dict)

    @property
    def run_dir(self) -> Path:
        return self.folder / "run"

    def outside(self) -> httpx.Client:
        """A client of the public port."""
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20, verify=False)

    def through(self, name: str) -> httpx.Client:
        """A client of one of the gateway's unix sockets."""
        transport = httpx.HTTPTransport(uds=str(self.run_dir / name), verify=False)
        return httpx.Client(base_url="http://inside", transport=transport, timeout=20)

    def raw(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send these very bytes; returns status, headers (lower case) and body."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(request)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def get_raw(self, target: str, *headers: str) -> tuple[int, dict[str, str], bytes]:
        """GET a target exactly as written: no client tidies it up."""
        lines = [f"GET {target} HTTP/1.1", "Host: birzha.test", "Connection: close", *headers]
        return self.raw(("\r\n".join(lines) + "\r\n\r\n").encode())

    def log_lines(self) -> list[dict[str, Any]]:
        """The access log so far."""
        return [json.loads(line) for line in (self.folder / "access.log").read_text().splitlines()]

    def render(self) -> Path:
        return render(
            out=self.folder / "etc",
            run_dir=self.run_dir,
            port=self.port,
            log=str(self.folder / "access.log"),
            source=self.source,
            check=True,
        )


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    with tempfile.TemporaryDirectory(prefix="gw") as name:
        folder = Path(name)
        (folder / "run").mkdir()
        running = System(folder, _free_port(), _source(folder))
        for service in load(running.source).services:
            running.services[service.name] = Upstream(service.name, running.run_dir / service.socket)
            running.services[service.name].start()
        log = (folder / "envoy.log").open("wb")
        process = subprocess.Popen(command(running.render(), concurrency=1), stdout=log, stderr=log)
        try:
            _wait_until_up(running, process)
            yield running
        finally:
            process.terminate()
            process.wait(10)
            for upstream in running.services.values():
                upstream.stop()
            log.close()


@pytest.fixture
def outside(system: System) -> Iterator[httpx.Client]:
    with system.outside() as client:
        yield client


@pytest.fixture
def inside(system: System) -> Iterator[httpx.Client]:
    with system.through("gateway.sock") as client:
        yield client


def _source(folder: Path) -> Path:
    raw = yaml.safe_load(SOURCE_FILE.read_text(encoding="utf-8"))
    raw["timeouts"].update(SHORT_TIMES)
    path = folder / "gateway.yaml"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(running: System, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, (running.folder / "envoy.log").read_text()
        try:
            with running.outside() as client:
                if client.get("/").status_code == 200:
                    return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise AssertionError((running.folder / "envoy.log").read_text())
