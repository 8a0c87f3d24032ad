"""Sessions of the pages on the real system: a stall signs nobody out, signing in over one ends it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import redis

from compose.local import secrets, valkey
from compose.local.paths import ROOT
from compose.system import EVENTS, SESSIONS, RedisServer
from tests.e2e.people import Person, wait
from tests.system import System

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"

#: Lets the access token of a visitor's session be about to end, as it is every five minutes.
AGE_TOKENS = """
import django, sys
django.setup()
from django.core.cache import cache
from web_frontend.sessions.session_store import SessionStore
key = "tokens:" + SessionStore(sys.argv[1])["tokens"]
cache.set(key, {**cache.get(key), "expires_at": 0})
"""


@pytest.fixture
def browser(system: System) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=system.url, headers={"User-Agent": FIREFOX}, timeout=60) as client:
        yield client


def submit(browser: httpx.Client, page: str, **fields: str) -> httpx.Response:
    """Fill in and send the form of a page."""
    text = browser.get(page).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    assert token, text
    return browser.post(page, data={"csrfmiddlewaretoken": token[1], **fields}, headers={"Referer": page})


def sign_in(browser: httpx.Client, person: Person) -> None:
    answer = submit(browser, "/sign-in", username=person.name, password=person.password)
    assert answer.headers["Location"] == "/portfolio"


def session_cookie(browser: httpx.Client) -> str:
    return next(cookie.value or "" for cookie in browser.cookies.jar if "session" in cookie.name)


def age_tokens(system: System, browser: httpx.Client) -> None:
    variables = os.environ | {
        "BIRZHA_HOME": str(system.home.root),
        "DJANGO_SETTINGS_MODULE": "web_frontend.config.settings",
    }
    command = [sys.executable, "-c", AGE_TOKENS, session_cookie(browser)]
    subprocess.run(command, cwd=ROOT, env=variables, check=True, timeout=180)


def test_a_stall_of_seven_seconds_signs_nobody_out(
    system: System, person: Person, browser: httpx.Client
) -> None:
    sign_in(browser, person)
    age_tokens(system, browser)
    with ThreadPoolExecutor(3) as threads:
        with system.frozen("user"):
            waiting = [threads.submit(browser.get, "/orders") for _ in range(3)]
            time.sleep(7)
        for answer in waiting:
            assert answer.result().status_code in (200, 503, 504), answer.result().headers
    shown(browser, "/orders")
    time.sleep(1)
    age_tokens(system, browser)
    shown(browser, "/orders")  # and the pair that was stored is good


def shown(browser: httpx.Client, page: str) -> None:
    """It is shown to who is still signed in, as soon as what stood still has caught up."""

    def answered() -> bool:
        answer = browser.get(page)
        assert answer.status_code in (200, 503, 504), answer.headers
        return answer.status_code == 200

    wait(answered, f"{page} is not shown")


def test_signing_in_over_a_session_ends_the_first_one(
    system: System, person: Person, browser: httpx.Client
) -> None:
    person.sign_in()
    sign_in(browser, person)
    before = of_firefox(person)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get("/cash").text)
    assert token
    form = {"csrfmiddlewaretoken": token[1], "username": person.name, "password": person.password}
    assert browser.post("/sign-in", data=form).status_code == 303
    wait(lambda: before - of_firefox(person), "the first one goes on")
    after = of_firefox(person)
    assert (len(before - after), len(after - before)) == (1, 1)


def of_firefox(person: Person) -> set[str]:
    """The sessions that are told to be of the browser, by its words and address."""
    rows = person.send("GET", "/users/me/sessions").json()["results"]
    words = ("Firefox on Windows", "127.0.0.1")
    return {row["id"] for row in rows if (row["browser"], row["address"]) == words}


def test_a_sign_out_while_user_service_is_down_ends_the_session_in_the_end(
    system: System, person: Person, browser: httpx.Client
) -> None:
    """Also when the pages' own process is started anew meanwhile."""
    person.sign_in()
    before = of_firefox(person)
    sign_in(browser, person)
    (session,) = of_firefox(person) - before
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get("/cash").text)
    assert token
    for name in ("user", "user-worker"):
        system.stop(name)
    try:
        answer = browser.post("/sign-out", data={"csrfmiddlewaretoken": token[1]})
        assert answer.status_code == 303
        page = browser.get("/sign-in").text
        assert "the session will end everywhere as soon as it does." in page
        assert browser.get("/cash").headers["Location"].startswith("/sign-in")
        killed = system.kill("web")
        system.wait_until_restarted("web", killed=killed)
    finally:
        for name in ("user", "user-worker"):
            system.start(name)
            system.wait_until_running(name)

    def ended() -> bool:
        answer = person.send("GET", "/users/me/sessions")
        return answer.is_success and session not in {row["id"] for row in answer.json()["results"]}

    wait(ended, "the session lives on", 60)


def test_one_signs_in_and_out_while_the_sessions_server_is_full(
    system: System, person: Person, browser: httpx.Client
) -> None:
    """Full to its last byte of others' sessions: these go, and no event is touched."""
    person.sign_in()
    sessions, events = (administrator(system, server) for server in (SESSIONS, EVENTS))
    budget = budget_of(sessions)
    events_before = events.info("memory")["used_memory"]
    try:
        flood(sessions, budget)
        assert sessions.info("stats")["evicted_keys"] > 0
        # the server counts ages in whole seconds: among equals any may go
        wait(lambda: ages_of_some(sessions, 20) >= 3, "others' sessions stay as young", 60)
        before = of_firefox(person)
        sign_in(browser, person)
        (session,) = of_firefox(person) - before
        flood(sessions, budget // 8)  # less than all: who was here just now is not the one unused longest
        assert browser.get("/portfolio").status_code == 200
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get("/cash").text)
        assert token
        assert browser.post("/sign-out", data={"csrfmiddlewaretoken": token[1]}).status_code == 303
        assert "You are signed out." in browser.get("/sign-in").text
        assert session not in of_firefox(person)
        assert browser.get("/cash").headers["Location"].startswith("/sign-in")
        assert sessions.info("memory")["used_memory"] < budget * 1.1
    finally:
        sessions.flushall()
    assert events.info("stats")["evicted_keys"] == 0
    assert events.info("memory")["used_memory"] < events_before + 8_000_000
    assert budget_of(events) > budget


def administrator(system: System, server: RedisServer) -> redis.Redis:
    password = secrets.load(system.home)["redis.admin"]
    return redis.Redis.from_url(
        valkey.url(system.home, "admin", password, server), decode_responses=True, protocol=2
    )


def budget_of(server: redis.Redis) -> int:
    return int(server.config_get("maxmemory")["maxmemory"] or 0)


def ages_of_some(client: redis.Redis, number: int) -> int:
    """The age of the youngest of some keys, in seconds since they were used."""
    return min(client.object("idletime", str(client.randomkey())) or 0 for _ in range(number))


def flood(client: redis.Redis, size: int) -> None:
    """Sessions of others, of so many bytes together."""
    for part in range(size // 2_600_000 + 1):
        with client.pipeline(transaction=False) as pipe:
            for number in range(1000):
                pipe.set(f"cache:web:flood-{part}-{number}-{time.monotonic_ns()}", "x" * 2600, ex=600)
            pipe.execute()
