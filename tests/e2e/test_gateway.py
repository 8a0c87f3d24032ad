"""The edge of the real system: what gateway/tests prove with small servers, with the real ones behind."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest

from tests.e2e.people import Client, Person, problem_of
from tests.system import System

OWNERS = {
    "/api/v1/users/me": 401,
    "/api/v1/auth/token": 405,
    "/.well-known/jwks.json": 200,
    "/api/v1/instruments": 200,
    "/api/v1/orders": 401,
    "/api/v1/positions": 401,
    "/api/v1/account": 401,
    "/api/v1/deposits": 401,
    "/api/v1/withdrawals": 401,
    "/api/v1/operations": 401,
    "/api/v1/notifications": 401,
    "/api/docs/": 200,
    "/": 200,
    "/sign-in": 200,
}


@pytest.mark.parametrize(("path", "status"), OWNERS.items())
def test_every_owner_answers(visitor: Client, path: str, status: int) -> None:
    answer = visitor.http.get(path)
    assert answer.status_code == status
    UUID(answer.headers["X-Request-Id"])


@pytest.mark.parametrize("path", ["/usersX", "/nothing", "/v2", "/", "/orderss", "/users.json"])
def test_an_unknown_address_is_a_404_problem(visitor: Client, path: str) -> None:
    problem_of(visitor.send("GET", path), 404, "not_found")
    problem_of(visitor.send("POST", path), 404, "not_found")


def test_errors_of_the_gateway_and_of_a_service_look_alike(visitor: Client) -> None:
    gateway = visitor.send("GET", "/nothing")
    service = visitor.send("GET", "/instruments/NOPE")
    assert gateway.headers["Content-Type"] == service.headers["Content-Type"]
    assert gateway.json().keys() == service.json().keys()
    assert (
        gateway.json()["type"].rpartition("/api/docs/")[2]
        == service.json()["type"].rpartition("/api/docs/")[2]
    )


def test_the_id_of_a_request_cannot_be_chosen(visitor: Client) -> None:
    mine = "6b7e4f42-1111-4222-8333-444455556666"
    answer = visitor.send("GET", "/instruments/NOPE", headers={"X-Request-Id": mine})
    assert mine not in (answer.headers["X-Request-Id"], answer.json()["trace_id"])


def test_large_answers_are_compressed_and_know_their_language(visitor: Client) -> None:
    answer = visitor.send("GET", "/instruments", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    vary = {name.strip().lower() for name in answer.headers["Vary"].split(",")}
    assert vary >= {"accept-encoding", "accept-language"}


def test_what_was_read_once_need_not_be_sent_again(visitor: Client) -> None:
    for encoding in ("gzip", "identity"):
        first = visitor.send("GET", "/instruments?type=bond", headers={"Accept-Encoding": encoding})
        tag = first.headers["ETag"]
        same = {"Accept-Encoding": encoding, "If-None-Match": tag}
        again = visitor.http.get("/api/v1/instruments?type=bond", headers=same)
        # A price may have moved between the two: then the whole answer comes, under another tag.
        assert again.status_code == 304 or again.headers["ETag"] != tag


def test_no_other_site_may_read(visitor: Client, person: Person) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for answer in (
        visitor.http.options("/api/v1/orders", headers=headers),
        person.http.get("/api/v1/account", headers=headers),
    ):
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_pages_say_what_a_browser_may_load(visitor: Client) -> None:
    headers = visitor.http.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY" or "frame-ancestors" in policy
    assert "Referrer-Policy" in headers


@pytest.fixture
def notifications_are_down(system: System) -> Iterator[None]:
    system.stop("notification")
    yield
    system.start("notification")


@pytest.mark.usefixtures("notifications_are_down")
def test_a_service_that_is_down_is_a_503_and_the_others_go_on(system: System, person: Person) -> None:
    answer = person.http.get("/api/v1/notifications")
    assert (answer.status_code, answer.json()["code"]) == (503, "service_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json()["trace_id"] == answer.headers["X-Request-Id"]
    assert person.buy("BZIDX", 1)["status"] == "filled"
    assert httpx.get(system.url, verify=False, timeout=60).status_code == 200
