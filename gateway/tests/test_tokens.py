"""Tokens at the edge: who may come in by which route, and every way in which a token is not good."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from gateway.tests.running import System
from gateway.tests.tokens import bearer, claims, key, part, token

USER = "0197b7a4-0000-7000-8000-000000000001"

REQUIRED = ["/api/v1/orders", "/api/v1/account", "/api/v1/users/me", "/api/v1/auth/logout"]
OPTIONAL = ["/api/v1/instruments", "/api/v1/quotes", "/api/v1/quotes/stream"]
IGNORED = [
    "/",
    "/api/v1/users",
    "/api/v1/auth/token",
    "/api/v1/auth/token/refresh",
    "/api/v1/auth/token/revoke",
    "/admin/users/",
]


def _hs256(secret: bytes) -> str:
    text = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'first'})}.{part(claims(USER))}"
    return f"{text}.{part(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def _public(encoding: serialization.Encoding, form: serialization.PublicFormat) -> bytes:
    return key().public_key().public_bytes(encoding, form)


def _bad_tokens() -> dict[str, str]:
    head, body, signature = token(USER).split(".")
    foreign = key("foreign")
    pem = _public(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    pkcs1 = _public(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1)
    return {
        "nothing": "",
        "not a token": "nonsense",
        "two parts": f"{head}.{body}",
        "alg none": f"{part({'alg': 'none', 'kid': 'first'})}.{body}.",
        "alg nOnE": f"{part({'alg': 'nOnE', 'kid': 'first'})}.{body}.{signature}",
        "no signature": f"{head}.{body}.",
        "another user, old signature": f"{head}.{part(claims('somebody'))}.{signature}",
        "HS256 with the public key": _hs256(pem),
        "HS256 with the public key, PKCS 1": _hs256(pkcs1),
        "HS256 with nothing": _hs256(b""),
        "another key": jwt.encode(claims(USER), foreign, algorithm="RS256", headers={"kid": "first"}),
        "a key nobody knows": jwt.encode(claims(USER), foreign, algorithm="RS256", headers={"kid": "mine"}),
        "expired": token(USER, exp=int(time.time()) - 10),
        "without an end": token(USER, exp=None),
        "not yet good": token(USER, nbf=int(time.time()) + 100),
        "another issuer": token(USER, iss="somebody"),
        "no issuer": token(USER, iss=None),
        "another audience": token(USER, aud="birzha-refresh"),
        "no audience": token(USER, aud=None),
    }


@pytest.mark.parametrize("path", [*REQUIRED, *OPTIONAL, *IGNORED])
def test_a_good_token_is_let_in_and_passed_on(outside: httpx.Client, path: str) -> None:
    headers = bearer(USER)
    answer = outside.get(path, headers=headers).json()
    assert answer["headers"]["authorization"] == headers["Authorization"]
    assert answer["headers"].get("x-user-id") == (None if path in IGNORED else USER)
    assert answer["headers"].get("x-user-scope") == (None if path in IGNORED else "customer")


@pytest.mark.parametrize("path", REQUIRED)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("header", [None, "Token abc", "Basic abc", "Bearer", "bearer-ish x"])
def test_without_a_token_only_the_open_routes_answer(
    system: System, anybody: httpx.Client, path: str, method: str, header: str | None
) -> None:
    before = system.reached()
    answer = anybody.request(method, path, headers={"Authorization": header} if header else {})
    _refused(answer, "authentication_required", 'Bearer realm="birzha"')
    assert system.reached() == before


@pytest.mark.parametrize("path", [*OPTIONAL, *IGNORED])
def test_the_open_routes_answer_anybody(anybody: httpx.Client, path: str) -> None:
    for headers in ({}, {"Authorization": "Token abc"}):
        assert anybody.get(path, headers=headers).status_code == 200


@pytest.mark.parametrize("path", [*REQUIRED, *OPTIONAL])
@pytest.mark.parametrize("wrong", sorted(set(_bad_tokens()) - {"nothing"}))
def test_a_bad_token_goes_nowhere(system: System, anybody: httpx.Client, path: str, wrong: str) -> None:
    before = system.reached()
    for method in ("GET", "POST"):
        answer = anybody.request(method, path, headers={"Authorization": f"Bearer {_bad_tokens()[wrong]}"})
        _refused(answer, "token_invalid", 'Bearer realm="birzha", error="invalid_token"')
    assert system.reached() == before


def test_a_clock_may_differ_by_a_few_seconds(anybody: httpx.Client) -> None:
    late, early = int(time.time()) - 3, int(time.time()) + 3
    assert anybody.get("/api/v1/orders", headers=bearer(exp=late)).status_code == 200
    assert anybody.get("/api/v1/orders", headers=bearer(nbf=early)).status_code == 200


@pytest.mark.parametrize("where", ["access_token", "token", "jwt"])
def test_a_token_counts_in_its_header_only(anybody: httpx.Client, where: str) -> None:
    answer = anybody.get("/api/v1/orders", params={where: token()}, headers={"Cookie": f"{where}={token()}"})
    _refused(answer, "authentication_required", 'Bearer realm="birzha"')


def test_an_operators_cookie_is_as_good_as_the_header(anybody: httpx.Client) -> None:
    cookie = {"Cookie": f"birzha_operator={token(USER, scope='customer operator')}"}
    headers = anybody.get("/api/v1/orders", headers=cookie).json()["headers"]
    assert (headers["x-user-id"], headers["x-user-scope"]) == (USER, "customer operator")
    old = {"Cookie": f"birzha_operator={token(USER, exp=int(time.time()) - 100)}"}
    assert anybody.get("/api/v1/orders", headers=old).status_code == 401
    # What anybody may read, an operator whose sign-in has ended may read as well.
    assert anybody.get("/api/v1/instruments", headers=old).status_code == 200


def test_the_inner_door_checks_tokens_too(system: System) -> None:
    with system.through("gateway.sock") as client:
        assert client.get("/api/v1/orders").status_code == 401
        assert client.get("/api/v1/orders", headers={"Authorization": "Bearer x"}).status_code == 401
        assert client.get("/api/v1/orders", headers=bearer()).status_code == 200


def test_the_refusal_is_in_the_callers_language(anybody: httpx.Client) -> None:
    russian = {"Accept-Language": "ru"}
    assert anybody.get("/api/v1/orders", headers=russian).json()["title"] == "Нужно войти"
    bad = anybody.get("/api/v1/orders", headers={**russian, "Authorization": "Bearer x"})
    assert bad.json()["title"] == "Неверный токен доступа"


def _refused(answer: httpx.Response, code: str, challenge: str) -> None:
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (401, 401, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers.get_list("WWW-Authenticate") == [challenge]
    assert problem["trace_id"] == answer.headers["X-Request-Id"]
