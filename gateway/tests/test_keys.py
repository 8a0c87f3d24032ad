"""The published keys at the edge: fetched in time, rotated, kept while garbage comes instead."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.tests.running import System, made, running
from gateway.tests.tokens import KEYS_PATH, bearer, jwks
from servicekit.testing.waiting import wait

KEPT = 6  # Envoy fetches five seconds before the end

GARBAGE = {
    "nothing": b"",
    "not JSON": b"<html>starting</html>",
    "no keys": b"{}",
    "an empty set": b'{"keys": []}',
    "half a set": jwks("first")[:100],
    "keys of another kind": b'{"keys": [{"kty": "none", "kid": "first"}]}',
}
BOTH = jwks("first", "second")


def short(raw: dict[str, Any]) -> None:
    raw["tokens"]["keys_kept"] = KEPT


@contextmanager
def alone() -> Iterator[System]:
    with tempfile.TemporaryDirectory(prefix="gw") as name:
        yield made(Path(name), short, rates=1000)


@pytest.fixture
def rotating() -> Iterator[System]:
    with alone() as system, running(system):
        yield system


def status(client: httpx.Client, kid: str) -> int:
    return client.get("/api/v1/orders", headers=bearer(kid=kid)).status_code


def fetches(system: System) -> int:
    return sum(path == KEYS_PATH for _, path in system.services["user"].requests)


def wait_for_fetches(system: System, more: int) -> None:
    wanted = fetches(system) + more
    wait(lambda: fetches(system) >= wanted)
    time.sleep(0.3)


def test_a_published_key_is_good_and_a_withdrawn_one_is_not(rotating: System) -> None:
    user = rotating.services["user"]
    with rotating.outside() as client:
        assert (status(client, "first"), status(client, "second")) == (200, 401)
        user.documents[KEYS_PATH] = BOTH
        wait_for_fetches(rotating, 2)
        assert (status(client, "first"), status(client, "second")) == (200, 200)
        user.documents[KEYS_PATH] = jwks("second")
        wait_for_fetches(rotating, 2)
        assert (status(client, "first"), status(client, "second")) == (401, 200)


@dataclass(frozen=True)
class Statuses:
    """What came of requests while garbage was published, with the first key; after it, with both."""

    meanwhile: list[int]
    afterwards: list[int]


def given(garbage: bytes) -> Statuses:
    """What a gateway does that has the first key and is given garbage, and then both keys."""
    with alone() as system, running(system), system.outside() as client:
        user = system.services["user"]
        user.documents[KEYS_PATH] = garbage
        wait_for_fetches(system, 3)
        meanwhile = [status(client, "first") for _ in range(5)]
        user.documents[KEYS_PATH] = BOTH
        wait_for_fetches(system, 2)
        return Statuses(meanwhile, [status(client, kid) for kid in ("first", "second")])


@pytest.fixture(scope="module")
def statuses() -> dict[str, Statuses]:
    """Of every kind of garbage, each given to a gateway of its own, all at once: they mostly wait."""
    with ThreadPoolExecutor(len(GARBAGE)) as pool:
        return dict(zip(GARBAGE, pool.map(given, GARBAGE.values()), strict=True))


@pytest.mark.parametrize("garbage", GARBAGE)
def test_the_last_good_keys_stay_while_garbage_comes(statuses: dict[str, Statuses], garbage: str) -> None:
    assert statuses[garbage].meanwhile == [200] * 5
    assert statuses[garbage].afterwards == [200, 200]


def test_the_last_good_keys_stay_while_nobody_answers(rotating: System) -> None:
    rotating.services["user"].stop()
    with rotating.outside() as client:
        time.sleep(KEPT + 2)
        assert status(client, "first") == 200
        assert status(client, "second") == 401


@pytest.mark.parametrize("garbage", [None, b"garbage", b'{"keys": []}'], ids=["down", "garbage", "no keys"])
def test_before_there_are_keys_nobody_is_called_a_stranger(garbage: bytes | None) -> None:
    """A client that is told 401 throws its session away; a 503 it tries again."""
    with alone() as system:
        system.start_services()
        user = system.services["user"]
        if garbage is None:
            user.stop()
        else:
            user.documents[KEYS_PATH] = garbage
        with system.envoy(), system.outside() as client:
            for path in ("/api/v1/orders", "/api/v1/instruments"):
                answer = client.get(path, headers=bearer())
                assert (answer.status_code, answer.json()["status"]) == (503, 503)
                assert answer.json()["code"] == "service_unavailable"
                assert int(answer.headers["Retry-After"]) > 0
            assert client.get("/api/v1/orders").status_code == 401
            assert client.get("/api/v1/instruments").status_code == 200
            if garbage is None:
                user.start()
            user.documents[KEYS_PATH] = jwks("first")
            wait(lambda: status(client, "first") == 200)
        for upstream in system.services.values():
            upstream.stop()
