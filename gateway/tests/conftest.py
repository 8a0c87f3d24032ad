"""One real Envoy with all services behind it, for the whole test session; others where a test needs one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.tests.hot_restarted import RestartableGateway, restartable_gateway
from gateway.tests.running import System, made, running
from gateway.tests.tokens import bearer

#: The real file, with times that a test can wait for.
SHORT_TIMES = {
    "safe": 2.5,
    "safe_try": 1,
    "page_try": 2,
    "unsafe": 1.5,
    "stream_idle": 3,
    "client_request": 2,
}


def short_times(raw: dict[str, Any]) -> None:
    """Change a gateway.yaml to them."""
    raw["timeouts"].update(SHORT_TIMES)


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """With its rate limits so high that no test meets them by chance."""
    with (
        tempfile.TemporaryDirectory(prefix="gw") as name,
        running(made(Path(name), short_times, rates=1000)) as system,
    ):
        yield system


@pytest.fixture
def outside(system: System) -> Iterator[httpx.Client]:
    """Somebody who is signed in, at the public port."""
    with system.outside() as client:
        client.headers.update(bearer())
        yield client


@pytest.fixture
def anybody(system: System) -> Iterator[httpx.Client]:
    """Somebody who is not signed in, at the public port."""
    with system.outside() as client:
        yield client


@pytest.fixture
def inside(system: System) -> Iterator[httpx.Client]:
    """web_frontend, for somebody who is signed in."""
    with system.through("gateway.sock") as client:
        client.headers.update(bearer())
        yield client


@pytest.fixture
def gateway() -> Iterator[RestartableGateway]:
    """A gateway of its own under its hot restarter."""
    with restartable_gateway() as gateway:
        yield gateway
