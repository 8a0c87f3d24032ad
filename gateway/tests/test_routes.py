"""Every address reaches its owner, and nothing else does."""

from __future__ import annotations

import httpx
import pytest

OWNERS = [
    ("/", "web"),
    ("/instruments/AAPL", "web"),
    ("/static/app.css", "web"),
    ("/api/docs/", "web"),
    ("/api/v1/users/me", "user"),
    ("/api/v1/instruments", "market"),
    ("/api/v1/instruments/AAPL/candles", "market"),
    ("/api/v1/quotes", "market"),
    ("/api/v1/orders", "trading"),
    ("/api/v1/orders/0197/cancel", "trading"),
    ("/api/v1/positions", "trading"),
    ("/api/v1/portfolio/history", "trading"),
    ("/api/v1/alerts", "trading"),
    ("/api/v1/watchlist/AAPL", "trading"),
    ("/api/v1/account", "billing"),
    ("/api/v1/deposits", "billing"),
    ("/api/v1/withdrawals", "billing"),
    ("/api/v1/operations", "billing"),
    ("/api/v1/statements", "billing"),
    ("/api/v1/notifications/read-all", "notification"),
    ("/api/v1/notification-preferences", "notification"),
    ("/api/v1/notification-unsubscribe", "notification"),
    ("/admin/users/", "user"),
    ("/admin/market/static/admin/css/base.css", "market"),
    ("/admin/trading/", "trading"),
    ("/admin/billing/", "billing"),
    ("/admin/notifications/", "notification"),
    ("/api/v1/users/schema", "user"),
    ("/api/v1/market/schema", "market"),
    ("/api/v1/trading/schema", "trading"),
    ("/api/v1/billing/schema", "billing"),
    ("/api/v1/notifications/schema", "notification"),
    # pages whose names begin like something else
    ("/healthzX", "web"),
    ("/apiary", "web"),
    ("/admin/nobody/", "web"),
]


#: Where a password is brought.
PASSWORDS = [
    "/api/v1/users", "/api/v1/users/me/password", "/api/v1/users/me/email", "/api/v1/auth/token",
    "/api/v1/auth/password-reset/confirm", "/admin/users/login/",
]  # fmt: skip


@pytest.mark.parametrize("path", PASSWORDS)
def test_a_password_reaches_the_process_that_hashes(outside: httpx.Client, path: str) -> None:
    assert outside.get(path).json()["service"] == "user"
    assert outside.post(path).json()["service"] == "user-passwords"


@pytest.mark.parametrize(("path", "owner"), OWNERS)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "OPTIONS"])
def test_address_reaches_its_owner(outside: httpx.Client, method: str, path: str, owner: str) -> None:
    answer = outside.request(method, path)
    assert (answer.status_code, answer.json()["service"]) == (200, owner)
    assert (answer.json()["method"], answer.json()["path"]) == (method, path)


def test_anybody_may_fetch_the_keys(anybody: httpx.Client) -> None:
    assert anybody.get("/.well-known/jwks.json").json()["keys"][0]["kid"] == "first"


@pytest.mark.parametrize(("path", "owner"), OWNERS)
def test_frontend_reaches_the_same_owners(inside: httpx.Client, path: str, owner: str) -> None:
    assert inside.get(path).json()["service"] == owner


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v2/users",
        "/api/v1/usersX",
        "/api/v1/users.json",
        "/api/v1/orderss",
        "/api/v1/accounts",
        "/api/v1/markets",
        "/api/v1/market/schema/more",
        "/api/docsX",
        "/healthz",
        "/readyz",
        "/metrics",
        "/metrics/",
        "/healthz?verbose=1",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_or_closed_address_is_a_404_problem(outside: httpx.Client, method: str, path: str) -> None:
    answer = outside.request(method, path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/api/docs/#not_found",
        "title": "Not found",
        "status": 404,
        "detail": "There is nothing at this address.",
        "code": "not_found",
        "trace_id": answer.headers["X-Request-Id"],
    }


def test_problem_is_written_in_the_callers_language(outside: httpx.Client) -> None:
    russian = outside.get("/api/v9", headers={"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8"}).json()
    assert (russian["code"], russian["title"]) == ("not_found", "Не найдено")
    for language in ("en", "de", "*"):
        answer = outside.get("/api/v9", headers={"Accept-Language": language}).json()
        assert answer["title"] == "Not found"
