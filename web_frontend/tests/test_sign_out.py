"""Signing out: at once in the browser, and at the API, which is asked until it confirms."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from web_frontend.sessions import pending_sign_outs
from web_frontend.tests.conftest import stored_by_the_pages
from web_frontend.tests.gateway_double import GatewayDouble, SentRequest


@pytest.fixture(autouse=True)
def nothing_waits() -> None:
    cache.delete_many([f"sign-outs:{number}" for number in range(pending_sign_outs.BUCKETS)])


REVOKE = "POST /api/v1/auth/token/revoke"


def test_sign_out_ends_the_session_and_forgets(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(REVOKE, None, 204)
    owner = vera.session["tokens"]
    answer = vera.post("/sign-out", follow=True)
    assert "You are signed out." in answer.content.decode()
    assert gateway.requests_to(REVOKE)[0].body == {"refresh": "refresh-1"}
    assert cache.get(f"tokens:{owner}") is None
    assert vera.get("/cash").status_code == 303
    assert pending_sign_outs.retry_all() == 0


def test_what_the_page_asks_for_meanwhile_says_nothing(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/notifications", {"code": "session_revoked"}, 401)
    beside = Client(headers={"Cookie": f"birzha_session={vera.cookies['birzha_session'].value}"})
    part = {"HX-Request": "true", "HX-Current-URL": "http://testserver/notifications"}
    told: list[Any] = []

    def revoke(_: SentRequest) -> tuple[int, None]:
        told.append(beside.get("/notifications/unread", headers=part))
        return 204, None

    gateway.answer_by(REVOKE, revoke)
    page = vera.post("/sign-out", follow=True).content.decode()
    assert "You are signed out." in page
    (refused,) = told
    assert (refused.status_code, refused["HX-Refresh"]) == (204, "true")
    assert "birzha_messages" not in refused.cookies


def test_a_sign_out_that_failed_is_repeated_until_it_succeeds(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down(REVOKE)
    page = vera.post("/sign-out", follow=True).content.decode()
    assert "the session will end everywhere as soon as it does." in page
    assert "You are signed out.<" not in page
    assert vera.get("/cash").status_code == 303
    assert pending_sign_outs.retry_all() == 0  # it still does not answer
    gateway.answer(REVOKE, {"code": "rate_limited"}, 429)
    assert pending_sign_outs.retry_all() == 0
    gateway.answer(REVOKE, None, 204)
    assert pending_sign_outs.retry_all() == 1
    assert [asked.body for asked in gateway.requests_to(REVOKE)] == [{"refresh": "refresh-1"}] * 4
    assert pending_sign_outs.retry_all() == 0
    assert len(gateway.requests_to(REVOKE)) == 4


def test_many_that_failed_all_succeed_in_the_end(gateway: GatewayDouble) -> None:
    gateway.answer(REVOKE, None, 204)
    waiting = [f"refresh-{number}" for number in range(60)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(pending_sign_outs.add, waiting))
    assert pending_sign_outs.retry_all() == 60
    assert sorted(asked.body["refresh"] for asked in gateway.requests_to(REVOKE)) == sorted(waiting)
    assert pending_sign_outs.retry_all() == 0


def test_what_waits_is_encrypted(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down(REVOKE)
    vera.post("/sign-out")
    values = stored_by_the_pages().values()
    assert values
    assert b"refresh-1" not in b"".join(values)
