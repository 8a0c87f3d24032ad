"""Exact counts at the limit: by user, by address, by visitor; what a 429 says; who cannot get around it."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from gateway.config.source import SOURCE_FILE, load
from gateway.tests.running import System, free_port, made, running
from gateway.tests.tokens import bearer, token

#: Small buckets that fill again within an hour: nothing comes back while a test runs.
SMALL = {
    "flood": {"address": "400/3600s"},
    "reads": {"user": "30/3600s", "address": "25/3600s"},
    "writes": {"user": "12/3600s", "address": "12/3600s"},
    "orders": {"user": "20/3600s"},
    "deposits": {"user": "5/3600s"},
    "sign_up": {"address": "4/3600s"},
    "sign_in": {"user": "6/3600s", "address": "6/3600s"},
    "pages": {"address": "40/3600s"},
    "files": {"address": "50/3600s"},
}


def small(raw: dict[str, Any]) -> None:
    """Change a gateway.yaml to them."""
    raw["rate_limits"] = dict(SMALL)


@contextmanager
def gateway(change: Callable[[dict[str, Any]], None] = small, **more: Any) -> Iterator[System]:
    """A gateway of a test's own."""
    with (
        tempfile.TemporaryDirectory(prefix="gw") as name,
        running(made(Path(name), change, **more)) as system,
    ):
        yield system


@pytest.fixture(scope="module")
def limited() -> Iterator[System]:
    """One gateway for all who are new to it: their buckets are full."""
    with gateway() as system:
        yield system


_numbers = itertools.count(2)


@pytest.fixture
def address() -> str:
    """An address that nobody has come from."""
    return f"127.0.0.{next(_numbers)}"


@pytest.fixture
def client(limited: System, address: str) -> Iterator[httpx.Client]:
    with limited.outside(address) as client:
        yield client


@pytest.fixture
def anna() -> dict[str, str]:
    """The headers of somebody who has asked for nothing."""
    return bearer(f"anna-{uuid4().hex}")


@pytest.fixture
def visitor() -> dict[str, str]:
    """What the frontend says of a visitor that it has not had."""
    return {"X-Forwarded-For": f"203.0.113.{next(_numbers)}"}


def passed(answers: list[httpx.Response]) -> int:
    """How many came through; every other is a 429."""
    codes = [answer.status_code for answer in answers]
    assert set(codes) <= {200, 429}, codes
    return codes.count(200)


def ask(client: httpx.Client, times: int, method: str, path: str, **more: Any) -> int:
    """Ask so often; how many came through."""
    return passed([client.request(method, path, **more) for _ in range(times)])


def test_a_user_has_one_bucket_whatever_the_token(limited: System, client: httpx.Client) -> None:
    before = limited.reached()
    assert ask(client, 15, "POST", "/api/v1/orders", headers=bearer("anna")) == 15
    # Another token, another connection, another address of the same path: still Anna.
    with limited.outside() as another:
        assert ask(another, 15, "POST", "/api/v1//orders/1/cancel", headers=bearer("anna")) == 5
    assert ask(client, 25, "POST", "/api/v1/orders", headers=bearer("boris")) == 20
    assert limited.reached() - before == 40


def test_orders_have_their_own_and_reading_them_does_not_count(
    client: httpx.Client, anna: dict[str, str]
) -> None:
    assert ask(client, 25, "POST", "/api/v1/orders", headers=anna) == 20
    assert ask(client, 35, "GET", "/api/v1/orders", headers=anna) == 30
    assert ask(client, 8, "POST", "/api/v1/deposits", headers=anna) == 5
    assert ask(client, 15, "PATCH", "/api/v1/users/me", headers=anna) == 12


def test_many_at_once_get_exactly_the_bucket(limited: System) -> None:
    def burst(_: int) -> list[httpx.Response]:
        with limited.outside() as client:
            return [client.post("/api/v1/orders", headers=bearer("carol")) for _ in range(10)]

    before = limited.reached()
    with ThreadPoolExecutor(8) as pool:
        answers = [answer for answers in pool.map(burst, range(8)) for answer in answers]
    assert passed(answers) == 20
    assert limited.reached() - before == 20


def test_who_is_not_signed_in_is_counted_by_address(client: httpx.Client, anna: dict[str, str]) -> None:
    assert ask(client, 30, "GET", "/api/v1/instruments") == 25
    assert ask(client, 30, "GET", "/api/v1/quotes") == 0
    assert ask(client, 5, "GET", "/api/v1/instruments", headers=anna) == 5
    assert ask(client, 10, "POST", "/api/v1/users") == 4
    assert ask(client, 10, "POST", "/api/v1/auth/token") == 6
    assert ask(client, 45, "GET", "/") == 40


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-User-Id", "True-Client-Ip"])
def test_nobody_can_claim_another_address_or_user(client: httpx.Client, name: str) -> None:
    answers = [
        client.post("/api/v1/auth/token", headers={name: f"203.0.113.{number}"}) for number in range(20)
    ]
    assert passed(answers) == 6


@pytest.mark.parametrize(
    "path", ["/api/v1/auth/token", "//api/v1/auth//token", "/api/v1/x/../auth/token?a=b"]
)
def test_no_spelling_gets_around_a_limit(limited: System, address: str, path: str) -> None:
    request = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode()
    codes = [limited.raw(request, address)[0] for _ in range(10)]
    assert codes == [200] * 6 + [429] * 4


def test_the_frontend_spends_the_visitors_bucket_not_its_own(
    limited: System, visitor: dict[str, str], anna: dict[str, str]
) -> None:
    with limited.through("gateway.sock") as frontend:
        for headers in (visitor, {"X-Forwarded-For": "192.0.2.10"}, {"X-Forwarded-For": "2001:db8::1"}):
            assert ask(frontend, 10, "POST", "/api/v1/auth/token", headers=headers) == 6
        # A customer of an IPv6 network has all of its addresses.
        answers = [
            frontend.get("/api/v1/instruments", headers={"X-Forwarded-For": f"2001:db8::{number:x}"})
            for number in range(30)
        ]
        assert passed(answers) == 25
        answers = [
            frontend.post("/api/v1/orders", headers={**anna, "X-Forwarded-For": f"198.51.100.{number}"})
            for number in range(25)
        ]
        assert passed(answers) == 20


def test_an_operators_cookie_is_counted_by_its_user(client: httpx.Client) -> None:
    cookie = {"Cookie": f"birzha_operator={token('olga')}"}
    assert ask(client, 20, "GET", "/api/v1/orders", headers=cookie) == 20
    assert ask(client, 20, "GET", "/api/v1/orders", headers=bearer("olga")) == 10


def test_what_a_429_says(client: httpx.Client) -> None:
    first = client.post("/api/v1/auth/token")
    assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("6", "5")
    ask(client, 5, "POST", "/api/v1/auth/token")
    for language, title in {"en": "Too many requests", "ru": "Слишком много запросов"}.items():
        refused = client.post("/api/v1/auth/token", headers={"Accept-Language": language})
        problem = refused.json()
        assert (refused.status_code, problem["status"], problem["code"]) == (429, 429, "rate_limited")
        assert (problem["title"], problem["trace_id"]) == (title, refused.headers["X-Request-Id"])
        assert f" {refused.headers['Retry-After']} " in problem["detail"]
        assert refused.headers["Content-Type"] == "application/problem+json"
        for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"):
            assert len(refused.headers.get_list(name)) == 1
        assert (refused.headers["X-RateLimit-Limit"], refused.headers["X-RateLimit-Remaining"]) == ("6", "0")
        assert 0 < int(refused.headers["Retry-After"]) <= 600
        assert 0 < int(refused.headers["X-RateLimit-Reset"]) <= 600


def test_a_person_sees_a_page_and_a_page_gets_a_line_for_its_part(client: httpx.Client) -> None:
    assert ask(client, 45, "GET", "/") == 40
    for language, says in {"en": "Too many requests", "ru": "Слишком много запросов"}.items():
        accepted = {"Accept": "text/html,*/*", "Accept-Language": language}
        page = client.get("/portfolio", headers=accepted)
        assert page.status_code == 429
        assert page.headers["Content-Type"].startswith("text/html")
        assert says in page.text
        assert f" {page.headers['Retry-After']} " in page.text
        assert page.headers["X-Request-Id"] in page.text
    for language, says in {"en": "Too many requests.", "ru": "Слишком много запросов."}.items():
        part = client.get("/", headers={"HX-Request": "true", "Accept-Language": language})
        assert (part.status_code, part.headers["HX-Reswap"]) == (429, "none")
        assert part.text.startswith('<div hx-swap-oob="innerHTML:#status">')
        assert says in part.text
        assert f" {part.headers['Retry-After']} " in part.text


def test_after_retry_after_one_may_go_on() -> None:
    def quick(raw: dict[str, Any]) -> None:
        small(raw)
        raw["rate_limits"]["sign_in"] = {"user": "2/4s", "address": "2/4s"}

    with gateway(quick) as system, system.outside() as client:
        assert ask(client, 2, "POST", "/api/v1/auth/token") == 2
        refused = client.post("/api/v1/auth/token")
        assert refused.status_code == 429
        time.sleep(int(refused.headers["Retry-After"]))
        assert client.post("/api/v1/auth/token").status_code == 200


def test_a_flood_of_bad_tokens_costs_nothing_behind(
    limited: System, client: httpx.Client, visitor: dict[str, str], anna: dict[str, str]
) -> None:
    before = limited.reached()
    answers = [client.get("/api/v1/orders", headers={"Authorization": "Bearer x"}) for _ in range(450)]
    codes = [answer.status_code for answer in answers]
    assert codes == [401] * 400 + [429] * 50
    refused = answers[-1]
    assert (refused.json()["code"], refused.headers.get_list("Retry-After")) == ("rate_limited", ["1"])
    assert " 1 " in refused.json()["detail"]
    assert refused.headers.get_list("X-RateLimit-Limit") == ["400"]
    assert refused.headers.get_list("X-RateLimit-Remaining") == ["0"]
    assert limited.reached() == before
    # It was this address that flooded: a visitor of the pages has not.
    with limited.through("gateway.sock") as frontend:
        assert frontend.get("/api/v1/orders", headers={**anna, **visitor}).status_code == 200


def test_many_others_do_not_give_a_bucket_back(limited: System, visitor: dict[str, str]) -> None:
    """Envoy remembers 20 keys unless told otherwise, and a forgotten bucket comes back full."""
    with limited.through("gateway.sock") as frontend:
        assert ask(frontend, 8, "POST", "/api/v1/auth/token", headers=visitor) == 6
        for number in range(300):
            other = {"X-Forwarded-For": f"198.18.{number // 250}.{number % 250}"}
            assert frontend.post("/api/v1/auth/token", headers=other).status_code == 200
        assert ask(frontend, 3, "POST", "/api/v1/auth/token", headers=visitor) == 0


def test_a_change_of_routes_leaves_the_buckets_as_they_are() -> None:
    with gateway() as system, system.outside() as client:
        assert ask(client, 8, "POST", "/api/v1/auth/token") == 6
        text = system.source.read_text(encoding="utf-8")
        new = "routes:\n- {prefix: /api/v1/news, to: market, token: optional}\n"
        system.source.write_text(text.replace("routes:\n", new), encoding="utf-8")
        system.render()
        for _ in range(100):
            if client.get("/api/v1/news", headers=bearer("anna")).status_code == 200:
                break
            time.sleep(0.05)
        assert ask(client, 3, "POST", "/api/v1/auth/token") == 0


def test_several_gateways_share_each_bucket() -> None:
    with ExitStack() as stack:
        systems = []
        for _ in range(2):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gw")))
            systems.append(made(folder, small))
        for system in systems:
            system.port = free_port()
        for system in systems:
            system.gateways = tuple(f"127.0.0.1:{each.port}" for each in systems)
        clients = [stack.enter_context(stack.enter_context(running(one)).outside()) for one in systems]
        counts = [ask(client, 20, "POST", "/api/v1/orders", headers=bearer("anna")) for client in clients]
        assert counts == [10, 10]  # together the 20 of one
        assert [ask(client, 8, "POST", "/api/v1/auth/token") for client in clients] == [3, 3]


def test_limits_are_multiplied_or_turned_off_for_a_run() -> None:
    for rates, expected in ((2.0, 12), (None, 30)):
        with gateway(rates=rates) as system, system.outside() as client:
            assert ask(client, 30, "POST", "/api/v1/auth/token") == expected
            limits = client.post("/api/v1/auth/token").headers.get("X-RateLimit-Limit")
            assert limits == ("12" if rates else None)


def test_the_real_file_is_what_counts() -> None:
    with gateway(lambda raw: None) as system, system.outside() as client:
        signs_up = load(SOURCE_FILE).rate_limit("sign_up").address
        assert signs_up is not None
        assert ask(client, signs_up.requests + 5, "POST", "/api/v1/users") == signs_up.requests


def test_a_flood_of_refusals_does_not_fill_the_access_log(limited: System, address: str) -> None:
    """A thousand refusals a second would push out in minutes what happened before them."""
    agent = {"User-Agent": f"flood-{address}"}
    with limited.outside(address) as flooding:
        statuses = [flooding.get("/api/v1/instruments", headers=agent).status_code for _ in range(1500)]
    refused = statuses.count(429)
    assert refused > 1400
    counted = sum(
        value
        for name, value in limited.stats().items()
        if name.endswith("http_local_rate_limit.rate_limited")
    )
    assert counted >= refused

    def written(wanted: Callable[[int], bool]) -> int:
        lines = [line for line in limited.log_lines() if line["user_agent"] == agent["User-Agent"]]
        return sum(wanted(line["status"]) for line in lines)

    end = time.monotonic() + 10
    while written(lambda status: status != 429) < len(statuses) - refused:
        assert time.monotonic() < end, "a request that was let in is not in the access log"
        time.sleep(0.2)
    time.sleep(1.5)  # Envoy writes its log once a second
    assert written(lambda status: status == 429) < refused / 20
