"""Passwords wait in a queue of their own: a full one is a 503 at once, and nothing else waits for it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.tests.running import System, made, running
from gateway.tests.tokens import bearer

AT_ONCE, THREADS = 4, 2
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def small() -> Iterator[System]:
    """A gateway with a short queue."""

    def short(raw: dict[str, Any]) -> None:
        raw["limits"] |= {"passwords": AT_ONCE, "passwords_pages": THREADS}

    with (
        tempfile.TemporaryDirectory(prefix="gw") as name,
        running(made(Path(name), short, rates=1000)) as system,
    ):
        while system.outside().get("/api/v1/users/me/sessions", headers=bearer()).status_code == 401:
            time.sleep(0.1)  # it has not fetched the keys yet
        yield system


def wait_for(system: System, cluster: str, wanted: int) -> None:
    """Until so many requests have a connection to a cluster, or wait for one."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        stats = system.stats()
        if sum(stats[f"cluster.{cluster}.upstream_rq_{kind}active"] for kind in ("", "pending_")) >= wanted:
            return
        time.sleep(0.02)
    raise AssertionError(cluster)


def held(
    pool: ThreadPoolExecutor, system: System, cluster: str, paths: list[str], headers: dict[str, str]
) -> list[Future[httpx.Response]]:
    """POSTs that wait, sent one by one: while there is no connection yet, all of them count as pending."""
    url, waiting = f"http://127.0.0.1:{system.port}", []
    for number, path in enumerate(paths, 1):
        waiting.append(pool.submit(httpx.post, url + path, headers=headers, timeout=60))
        wait_for(system, cluster, number)
        while number == 1 and not system.stats()[f"cluster.{cluster}.upstream_rq_active"]:
            time.sleep(0.02)
    return waiting


def test_a_full_queue_refuses_at_once_and_all_else_goes_on(small: System) -> None:
    hashing = small.services["user-passwords"]
    url = f"http://127.0.0.1:{small.port}"
    hashing.hold()
    ways = ["/api/v1/auth/token", "/api/v1/users", "/api/v1/users/me/password", "/admin/users/login/"]
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            waiting = held(pool, small, "user-passwords", ways, bearer())
            for way in ways[:3]:
                for language, words in (("en", "nothing was done"), ("ru", "ничего не сделано")):
                    headers = bearer() | {"Accept-Language": language}
                    refused = httpx.post(url + way, headers=headers, timeout=20)
                    assert (refused.status_code, refused.json()["code"]) == (503, "sign_in_busy")
                    assert refused.headers["Retry-After"] == "2"
                    assert words in refused.json()["detail"]
            page = httpx.post(f"{url}/admin/users/login/", headers=HTML, timeout=20)
            assert (page.status_code, page.headers["Retry-After"]) == (503, "2")
            assert "Too many sign-ins at once" in page.text
            for method, path in (
                ("POST", "/api/v1/auth/token/refresh"),
                ("POST", "/api/v1/auth/logout"),
                ("PATCH", "/api/v1/users/me"),
                ("GET", "/api/v1/users/me/sessions"),
                ("GET", "/.well-known/jwks.json"),
                ("GET", "/admin/users/login/"),
                ("POST", "/api/v1/orders"),
                ("GET", "/sign-in"),
            ):
                answer = httpx.request(method, url + path, headers=bearer(), timeout=60)
                assert answer.status_code == 200, path
            hashing.go_on()
            assert {answer.result().status_code for answer in waiting} == {200}
    finally:
        hashing.go_on()


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/security"])
def test_the_pages_wait_with_a_few_threads(small: System, path: str) -> None:
    web = small.services["web"]
    url, before = f"http://127.0.0.1:{small.port}", web.begun
    web.hold("POST")
    with ThreadPoolExecutor(AT_ONCE + THREADS) as pool:
        try:
            waiting = held(pool, small, "web-passwords", [path] * AT_ONCE, HTML)
            while web.begun < before + THREADS:
                time.sleep(0.01)
            refused = httpx.post(url + path, headers=HTML | {"Accept-Language": "ru"}, timeout=20)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
            assert "Слишком много входов сразу" in refused.text
            part = httpx.post(url + path, headers=HTML | {"HX-Request": "true"}, timeout=20)
            assert part.headers["HX-Reswap"] == "none"
            assert "Too many sign-ins at once" in part.text
            assert web.begun == before + THREADS
            for other in ("/", path, "/portfolio"):
                assert httpx.get(url + other, headers=HTML, timeout=20).status_code == 200
        finally:
            web.go_on()
        assert {answer.result().status_code for answer in waiting} == {200}


def test_who_is_down_is_not_called_busy(small: System) -> None:
    hashing = small.services["user-passwords"]
    hashing.stop()
    try:
        answer = httpx.post(f"http://127.0.0.1:{small.port}/api/v1/auth/token", timeout=20)
        assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
    finally:
        hashing.start()
