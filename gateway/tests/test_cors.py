"""Pages of other sites: closed by default; one that is named may use the API."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.tests.running import System, made, running
from gateway.tests.tokens import bearer

FRIEND, STRANGER = "https://app.example.org", "https://evil.example"


def preflight(client: httpx.Client, origin: str, path: str = "/api/v1/orders") -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    return client.options(path, headers=headers)


def allowed(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize("path", ["/api/v1/orders", "/api/v1/instruments", "/api/v1/auth/token", "/"])
def test_no_other_site_is_let_in(system: System, anybody: httpx.Client, path: str) -> None:
    before = system.reached()
    assert allowed(preflight(anybody, STRANGER, path)) == {}
    assert system.reached() == before
    assert allowed(anybody.get(path, headers={"Origin": STRANGER, **bearer()})) == {}


@pytest.fixture
def open_to_a_friend() -> Iterator[System]:
    def change(raw: dict[str, Any]) -> None:
        raw["origins"] = [FRIEND]

    with tempfile.TemporaryDirectory(prefix="gw") as name, running(made(Path(name), change)) as system:
        yield system


def test_a_site_that_is_named_may(open_to_a_friend: System) -> None:
    before = open_to_a_friend.reached()
    with open_to_a_friend.outside() as client:
        answer = preflight(client, FRIEND)
        assert answer.status_code == 200
        assert allowed(answer)["access-control-allow-origin"] == FRIEND
        assert "POST" in allowed(answer)["access-control-allow-methods"]
        assert "access-control-allow-credentials" not in allowed(answer)  # no cookie of ours goes along
        assert "access-control-allow-origin" not in allowed(preflight(client, STRANGER))
        assert open_to_a_friend.reached() == before
        read = client.get("/api/v1/orders", headers={"Origin": FRIEND, **bearer()})
        assert allowed(read)["access-control-allow-origin"] == FRIEND
        assert "X-RateLimit-Remaining" in allowed(read)["access-control-expose-headers"]
        refused = client.get("/api/v1/orders", headers={"Origin": FRIEND})
        assert (refused.status_code, allowed(refused)["access-control-allow-origin"]) == (401, FRIEND)
