"""What the pages keep in Redis: encrypted, and so many sessions of a user."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import jwt
import redis
from django.core.cache import cache
from django.test import Client

from web_frontend.tests.conftest import SIGN_UP, TOKENS, stored_by_the_pages
from web_frontend.tests.gateway_double import GatewayDouble


def test_redis_learns_neither_cookie_nor_token(
    browser: Client, gateway: GatewayDouble, settings: Any
) -> None:
    redis.Redis.from_url(settings.REDIS_URL).delete("cache:web:none", *stored_by_the_pages())
    browser.post("/sign-in", SIGN_UP)
    vera = browser
    cookie, owner = vera.cookies["birzha_session"].value, vera.session["tokens"]
    stored = stored_by_the_pages()
    assert len(stored) >= 2
    for key, value in stored.items():
        assert re.fullmatch(rb"cache:web:[0-9a-f]{64}", key)
        for secret in (cookie, owner, "access-1", "refresh-1", "vera", "tokens"):
            assert secret.encode() not in key + value
    client = redis.Redis.from_url(settings.REDIS_URL)
    assert all(0 < client.ttl(key) <= settings.SESSION_COOKIE_AGE for key in stored)


def test_a_value_that_was_not_encrypted_here_is_nobodys_session(vera: Client, settings: Any) -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key, value in stored_by_the_pages().items():
        client.set(key, value[:-1] + bytes([value[-1] ^ 1]), ex=60)
    assert vera.get("/cash")["Location"] == "/sign-in?next=/cash"


def test_a_session_of_an_older_version_has_its_tokens_under_another_name(vera: Client) -> None:
    session = vera.session
    cache.set("tokens:older", cache.get(f"tokens:{session['tokens']}"))
    cache.delete(f"tokens:{session['tokens']}")
    session["tokens"] = "older"
    session.save()
    assert vera.get("/cash").status_code == 200


def test_a_user_has_so_many_sessions_and_no_more(gateway: GatewayDouble, settings: Any) -> None:
    settings.SESSIONS_PER_USER = 3
    access = jwt.encode({"sub": str(uuid4())}, "x" * 32)
    gateway.answer("POST /api/v1/auth/token", {**TOKENS, "access": access})
    browsers = [Client() for _ in range(5)]
    before = len(stored_by_the_pages())
    for browser in browsers:
        browser.post("/sign-in", SIGN_UP)
    stored = len(stored_by_the_pages()) - before
    assert [browser.get("/cash").status_code for browser in browsers] == [303, 303, 200, 200, 200]
    assert stored == 3 * 2 + 1
