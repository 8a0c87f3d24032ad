"""Too much held for slow clients, too many requests for a service: others go on."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.tests.running import System, made, running
from gateway.tests.tokens import bearer

IN_FLIGHT, MEMORY_MIB = 8, 64


@pytest.fixture(scope="module")
def small() -> Iterator[System]:
    """A gateway with little of everything."""

    def little(raw: dict[str, Any]) -> None:
        raw["limits"] |= {"in_flight": IN_FLIGHT, "memory_mib": MEMORY_MIB}

    with (
        tempfile.TemporaryDirectory(prefix="gw") as name,
        running(made(Path(name), little, rates=1000)) as system,
    ):
        yield system


def in_flight(system: System) -> float:
    """Requests to trading that have a connection or wait for one."""
    stats = system.stats()
    return sum(stats[f"cluster.trading.upstream_rq_{kind}active"] for kind in ("", "pending_"))


def test_a_full_service_refuses_at_once_and_the_others_go_on(small: System) -> None:
    trading = small.services["trading"]
    trading.hold()
    ask: dict[str, Any] = {"headers": bearer(), "timeout": 20}
    url = f"http://127.0.0.1:{small.port}"
    try:
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            waiting = [pool.submit(httpx.post, f"{url}/api/v1/orders", **ask) for _ in range(IN_FLIGHT)]
            end = time.monotonic() + 60
            while in_flight(small) < IN_FLIGHT and time.monotonic() < end:
                time.sleep(0.02)
            refused = httpx.post(f"{url}/api/v1/orders", **ask)
            assert (refused.status_code, refused.json()["code"]) == (503, "service_unavailable")
            assert refused.headers["Retry-After"] == "2"
            assert httpx.get(f"{url}/api/v1/account", **ask).status_code == 200
            trading.go_on()
            assert {answer.result().status_code for answer in waiting} == {200}
    finally:
        trading.go_on()


def test_what_slow_clients_make_the_gateway_hold_is_bounded(small: System) -> None:
    """Bodies that lack their last byte, of more than may be held: a 503 until they go, then as before."""
    head = b"POST /api/v1/auth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 131072\r\n\r\n"
    url = f"http://127.0.0.1:{small.port}/"
    with ExitStack() as opened:
        for _ in range(MEMORY_MIB * 8):
            half = opened.enter_context(socket.create_connection(("127.0.0.1", small.port), timeout=60))
            with contextlib.suppress(OSError):
                half.sendall(head + b"x" * 131_000)
        refused = answered(url, 503)
        assert refused.headers["Retry-After"] == "2"
        assert refused.json()["code"] == "service_unavailable"
        assert small.stats()["server.memory_allocated"] < 1.5 * MEMORY_MIB * 1024 * 1024
    answered(url, 200)


def answered(url: str, status: int) -> httpx.Response:
    """The first answer with that status."""
    end = time.monotonic() + 60
    while (answer := httpx.get(url, timeout=60, verify=False)).status_code != status:
        assert time.monotonic() < end, answer.text
        time.sleep(0.1)
    return answer
