"""Many people behind one address: each has a share of it, and nobody gets more than the address has."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from gateway.config.site import Site
from gateway.config.source import SOURCE_FILE, SourceError, load
from gateway.tests.limits.asking import ask, gateway, passed, small
from gateway.tests.running import System

PROXY = "127.0.0.8"


def shared(raw: dict[str, Any]) -> None:
    """Small buckets: 10 of a session, 40 of an address."""
    small(raw)
    raw["rate_limits"]["pages"] = {"session": "10/3600s", "address": "40/3600s"}


@pytest.fixture(scope="module")
def school() -> Iterator[System]:
    """A gateway with a proxy that it believes."""
    with gateway(shared, site=Site(proxies=(PROXY,))) as system:
        yield system


def session(name: str) -> dict[str, str]:
    return {"Cookie": f"theme=dark; birzha_session={name}; a=b"}


def test_one_session_cannot_take_what_others_behind_its_address_need(school: System) -> None:
    with school.outside("127.0.1.1") as client:
        assert ask(client, 30, "GET", "/", headers=session("anna")) == 10
        assert ask(client, 15, "GET", "/", headers=session("boris")) == 10
        # What Anna was refused took nothing from the address: 20 of its 40 are left.
        assert ask(client, 30, "GET", "/") == 20


def test_a_session_is_counted_wherever_it_comes_from(school: System) -> None:
    with school.outside("127.0.1.2") as home, school.outside("127.0.1.3") as office:
        assert ask(home, 6, "GET", "/", headers=session("carol")) == 6
        assert ask(office, 6, "GET", "/", headers=session("carol") | {"Accept": "text/html"}) == 4


def test_made_up_sessions_do_not_get_past_the_address(school: System) -> None:
    before = school.reached()
    with school.outside("127.0.1.4") as client:
        answers = [client.get("/", headers=session(f"made-up-{number}")) for number in range(100)]
    assert passed(answers) == 40
    assert school.reached() - before == 40


def test_other_cookies_around_it_make_no_other_session(school: System) -> None:
    with school.outside("127.0.1.5") as client:
        answers = [
            client.get("/", headers={"Cookie": f"x{number}=1; birzha_session=dora; y={number}"})
            for number in range(20)
        ]
    assert passed(answers) == 10


def test_two_behind_one_trusted_proxy_are_two(school: System) -> None:
    with school.outside(PROXY) as proxy:
        for visitor in ("203.0.113.7", "203.0.113.8"):
            assert ask(proxy, 10, "POST", "/api/v1/auth/token", headers={"X-Forwarded-For": visitor}) == 6
        # Whatever such a visitor writes itself stands before what the proxy adds.
        answers = [
            proxy.post("/api/v1/auth/token", headers={"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.9"})
            for number in range(20)
        ]
        assert passed(answers) == 6


def test_a_strangers_word_on_its_address_changes_nothing(school: System) -> None:
    with school.outside("127.0.1.6") as stranger:
        answers = [
            stranger.post("/api/v1/auth/token", headers={"X-Forwarded-For": f"203.0.114.{number}"})
            for number in range(20)
        ]
        assert passed(answers) == 6


def test_a_session_without_an_address_is_refused(tmp_path: Any) -> None:
    text = SOURCE_FILE.read_text(encoding="utf-8")
    file = tmp_path / "gateway.yaml"
    file.write_text(text.replace("orders:   {user: 600/60s}", "orders:   {user: 600/60s, session: 1/1s}"))
    with pytest.raises(SourceError, match="can be forged"):
        load(file)


@pytest.mark.timeout(300)
def test_the_real_limits_suit_a_class_and_stop_a_guesser() -> None:
    """A class of 60 signs up and in within a minute; 120 watch a price; a guesser gets 120 tries."""
    with gateway(lambda raw: None) as system:
        with system.outside("127.0.2.1") as room:
            assert ask(room, 60, "POST", "/api/v1/users") == 60
            assert ask(room, 60, "POST", "/api/v1/auth/token") == 60
        with system.through("gateway.sock") as pages:  # the same through the pages
            visitor = {"X-Forwarded-For": "203.0.113.1"}
            assert ask(pages, 60, "POST", "/api/v1/users", headers=visitor) == 60
            assert ask(pages, 60, "POST", "/api/v1/auth/token", headers=visitor) == 60
            assert ask(pages, 120, "POST", "/api/v1/auth/token/refresh", headers=visitor) == 120
            # A minute of 120 people whose pages ask every 3 s, within 6 s.
            assert many(pages, 2400, "/api/v1/instruments/AAPL", visitor) == 2400
        with system.outside("127.0.2.2") as room:
            assert many(room, 2400, "/instruments/AAPL", {}) == 2400
        with system.outside("127.0.2.3") as guesser:
            begun = time.monotonic()
            tries = ask(guesser, 400, "POST", "/api/v1/auth/token")
            assert 120 <= tries <= 121 + (time.monotonic() - begun) / 5


def many(client: httpx.Client, times: int, path: str, headers: dict[str, str]) -> int:
    """How many of so many GETs came through: four at a time, 400 a second: for 6 s that is no flood."""
    begun = time.monotonic()

    def get(number: int) -> httpx.Response:
        time.sleep(max(0.0, begun + number / 400 - time.monotonic()))
        return client.get(path, headers=headers)

    with ThreadPoolExecutor(4) as pool:
        return passed(list(pool.map(get, range(times))))
