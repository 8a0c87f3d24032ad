"""The service behind the pages is down, or nginx itself is: what people get, and that it passes."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from gateway.tests.cache.pages import SHORT, SHORT_S, new_page
from gateway.tests.running import System
from gateway.tests.tokens import bearer
from servicekit.testing.load import Load
from servicekit.testing.waiting import wait


@pytest.fixture
def nginx_again(system: System) -> Iterator[None]:
    """nginx runs at the end, and Envoy asks it."""
    yield
    if system.nginx.process and system.nginx.process.poll() is not None:
        system.nginx.start()
    with system.outside() as client:
        wait(lambda: client.get(new_page()).headers["X-Cache"] == "MISS")


class Readers(Load):
    """Eight readers of a page; what they were answered is ``answers``."""

    def __init__(self, system: System, address: str) -> None:
        super().__init__(8)
        self.system, self.address = system, address
        self.answers: list[httpx.Response] = []

    def run(self, client: int) -> None:
        with self.system.outside() as http:
            while not self.stop.is_set():
                self.answers.append(http.get(self.address))

    def latest(self) -> set[str]:
        """What the cache did for the last eight answers."""
        return {answer.headers["X-Cache"] for answer in self.answers[-8:]}


# -- the service is down ----------------------------------------------------------------------------


def test_old_pages_are_shown_while_the_service_is_down(system: System, anybody: httpx.Client) -> None:
    address = new_page(tag="one", cc=SHORT)
    price = anybody.get(address).json()["price"]
    system.services["market"].stop()
    try:
        time.sleep(SHORT_S)
        begun, answer = time.time(), anybody.get(address)
        assert (answer.status_code, answer.headers["X-Cache"]) == (200, "STALE")
        assert answer.json()["price"] == price
        assert int(answer.headers["Age"]) >= begun - price
        assert answer.headers["Warning"] == '110 - "Response is Stale"'
        assert answer.headers["Cache-Control"] == "no-store"
        for sent in ({"Cookie": "s=1"}, bearer(), {"Accept": "text/html"}):
            assert anybody.get(address, headers=sent).status_code == 503
        assert anybody.post(address).status_code == 503
    finally:
        system.services["market"].start()
    answer = anybody.get(address)
    assert answer.headers["X-Cache"] == "MISS"
    assert answer.json()["price"] > price
    assert "Warning" not in answer.headers


def test_a_page_that_was_never_cached_is_a_503_problem(system: System, anybody: httpx.Client) -> None:
    system.services["market"].stop()
    try:
        answer = anybody.get(new_page())
        assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
        assert answer.headers["Retry-After"] == "2"
        assert answer.headers["Cache-Control"] == "no-store"
    finally:
        system.services["market"].start()


def test_a_services_errors_are_not_hidden(system: System, anybody: httpx.Client) -> None:
    address = new_page(cc=SHORT)
    anybody.get(address)
    time.sleep(SHORT_S)
    system.services["market"].failing = True
    try:
        answer = anybody.get(address)
        assert (answer.status_code, answer.json(), answer.headers["X-Cache"]) == (
            500,
            {"code": "failing"},
            "MISS",
        )
    finally:
        system.services["market"].failing = False
    assert anybody.get(address).status_code == 200


def test_a_service_that_hangs_is_as_good_as_down(system: System, anybody: httpx.Client) -> None:
    address = new_page(cc=SHORT)
    anybody.get(address)
    time.sleep(SHORT_S)
    system.services["market"].hold()
    try:
        answer = anybody.get(address)
        assert (answer.status_code, answer.headers["X-Cache"]) == (200, "STALE")
    finally:
        system.services["market"].go_on()


# -- nginx is down ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("nginx_again")
def test_killing_nginx_takes_nothing_down(system: System) -> None:
    address = new_page()
    with Readers(system, address) as readers:
        wait(lambda: readers.latest() == {"HIT"})
        system.nginx.kill()
        wait(lambda: readers.latest() == {"BYPASS"})
        system.nginx.start()
        wait(lambda: "HIT" in readers.latest())
    answers = readers.answers
    assert Counter(answer.status_code for answer in answers) == {200: len(answers)}


@pytest.mark.usefixtures("nginx_again")
def test_without_nginx_it_is_not_even_slower(system: System, anybody: httpx.Client) -> None:
    system.nginx.kill()
    for _ in range(20):
        assert anybody.get(new_page()).headers["X-Cache"] == "BYPASS"
    waits = []
    for _ in range(20):
        answer = anybody.get(new_page())
        assert answer.headers["X-Cache"] == "BYPASS"
        waits.append(answer.elapsed.total_seconds())
    assert min(waits) < 0.05  # nobody waits for nginx first; the machine may stand still for some


@pytest.mark.usefixtures("nginx_again")
def test_a_reload_drops_no_request(system: System) -> None:
    address = new_page()
    with Readers(system, address) as readers:
        for _ in range(5):
            wait(lambda: readers.latest() == {"HIT"})  # what was kept before is kept
            system.nginx.reload()
            time.sleep(0.4)
        wait(lambda: readers.latest() == {"HIT"})
    answers = readers.answers
    assert Counter(answer.status_code for answer in answers) == {200: len(answers)}


def test_the_log_says_what_the_cache_did(system: System, anybody: httpx.Client) -> None:
    address = new_page()
    ids = [anybody.get(address).headers["X-Request-Id"] for _ in range(2)]

    def logged() -> list[str]:
        lines = {line["request_id"]: line for line in map(json.loads, (system.folder / "access.log").open())}
        return [lines[id_]["cache"] for id_ in ids if id_ in lines]

    wait(lambda: logged() == ["MISS", "HIT"])
    assert "mark=" not in system.nginx.log.read_text()  # what people search for is in no log
