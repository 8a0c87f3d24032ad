"""What a 429 says to programs, people and pages; what refusing many costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from gateway.tests.limits.asking import ask, gateway, small
from gateway.tests.running import System


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
    for language, title in {"en": "Too many requests", "ru": "Слишком много запросов"}.items():
        accepted = {"Accept": "text/html,*/*", "Accept-Language": language}
        page = client.get("/portfolio", headers=accepted)
        assert page.status_code == 429
        assert page.headers["Content-Type"].startswith("text/html")
        assert title in page.text
        assert f" {page.headers['Retry-After']} " in page.text
        assert page.headers["X-Request-Id"] in page.text
    for language, title in {"en": "Too many requests.", "ru": "Слишком много запросов."}.items():
        part = client.get("/", headers={"HX-Request": "true", "Accept-Language": language})
        assert (part.status_code, part.headers["HX-Reswap"]) == (429, "none")
        assert part.text.startswith('<div hx-swap-oob="innerHTML:#status">')
        assert title in part.text
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

    end = time.monotonic() + 60
    while written(lambda status: status != 429) < len(statuses) - refused:
        assert time.monotonic() < end, "a request that was let in is not in the access log"
        time.sleep(0.2)
    time.sleep(1.5)  # Envoy writes its log once a second
    assert written(lambda status: status == 429) < refused / 20
