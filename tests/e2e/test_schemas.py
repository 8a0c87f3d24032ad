"""Each service's OpenAPI document is valid, and says what the public contract says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import drf_spectacular
import jsonschema
import pytest

from tests.e2e.people import Client

ENDPOINTS = {
    "users": {
        "POST /api/v1/users",
        "POST /api/v1/auth/token",
        "POST /api/v1/auth/token/refresh",
        "POST /api/v1/auth/logout",
        "POST /api/v1/auth/token/revoke",
        "GET /api/v1/users/me",
        "PATCH /api/v1/users/me",
        "POST /api/v1/users/me/password",
        "POST /api/v1/users/me/email",
        "POST /api/v1/users/me/email/confirmation",
        "POST /api/v1/auth/email-confirmation",
        "POST /api/v1/auth/password-reset",
        "POST /api/v1/auth/password-reset/confirm",
        "GET /api/v1/users/me/sessions",
        "DELETE /api/v1/users/me/sessions/{session_id}",
        "GET /api/v1/users/me/sign-ins",
        "GET /api/v1/users/me/api-keys",
        "POST /api/v1/users/me/api-keys",
        "DELETE /api/v1/users/me/api-keys/{key_id}",
        "POST /api/v1/auth/token/api-key",
    },
    "market": {
        "GET /api/v1/market",
        "GET /api/v1/instruments",
        "GET /api/v1/instruments/{ticker}",
        "GET /api/v1/quotes/stream",
    },
    "trading": {
        "POST /api/v1/orders",
        "GET /api/v1/orders",
        "GET /api/v1/orders/{order_id}",
        "GET /api/v1/orders/stream",
        "POST /api/v1/orders/{order_id}/cancel",
        "POST /api/v1/orders/{order_id}/replace",
        "POST /api/v1/orders/cancel-all",
        "GET /api/v1/positions",
        "GET /api/v1/portfolio",
        "GET /api/v1/portfolio/history",
        "GET /api/v1/alerts",
        "POST /api/v1/alerts",
        "DELETE /api/v1/alerts/{alert_id}",
        "GET /api/v1/watchlist",
        "PUT /api/v1/watchlist/{ticker}",
        "DELETE /api/v1/watchlist/{ticker}",
    },
    "billing": {
        "GET /api/v1/account",
        "GET /api/v1/account/holds",
        "POST /api/v1/deposits",
        "POST /api/v1/withdrawals",
        "GET /api/v1/operations",
        "GET /api/v1/statements",
        "GET /api/v1/statements/{month}",
    },
    "notifications": {
        "GET /api/v1/notifications",
        "GET /api/v1/notifications/stream",
        "POST /api/v1/notifications/{notification_id}/read",
        "POST /api/v1/notifications/read-all",
    },
}
METHODS = {"get", "post", "put", "patch", "delete"}
EACH = pytest.mark.parametrize("slug", ENDPOINTS)


def document_of(visitor: Client, slug: str) -> dict[str, Any]:
    answer = visitor.send("GET", f"/{slug}/schema", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


def operations_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, entry in document["paths"].items()
        for method, operation in entry.items()
        if method in METHODS
    }


def streams(operation: dict[str, Any]) -> bool:
    """Whether its answer goes on and on."""
    return "text/event-stream" in operation["responses"].get("200", {}).get("content", {})


@EACH
def test_it_is_valid_openapi(visitor: Client, slug: str) -> None:
    document = document_of(visitor, slug)
    assert document["openapi"].startswith("3.0")
    rules = Path(drf_spectacular.__file__).parent / "validation" / "openapi_3_0_schema.json"
    jsonschema.validate(instance=document, schema=json.loads(rules.read_text(encoding="utf-8")))


@EACH
def test_it_lists_the_contracts_endpoints(visitor: Client, slug: str) -> None:
    listed = set(operations_of(document_of(visitor, slug)))
    assert listed >= ENDPOINTS[slug]
    assert all("/admin/" not in name and not name.endswith(("healthz", "metrics")) for name in listed)


@EACH
def test_every_operation_has_a_name_of_its_own_and_an_answer(visitor: Client, slug: str) -> None:
    operations = operations_of(document_of(visitor, slug))
    names = [operation["operationId"] for operation in operations.values()]
    assert len(set(names)) == len(names)
    for name, operation in operations.items():
        assert any(status.startswith("2") for status in operation["responses"]), name


@EACH
def test_every_reference_leads_somewhere(visitor: Client, slug: str) -> None:
    document = document_of(visitor, slug)

    def look(part: Any) -> None:
        if isinstance(part, dict):
            if isinstance(reference := part.get("$ref"), str):
                target: Any = document
                for step in reference.removeprefix("#/").split("/"):
                    target = target[step]
            for inner in part.values():
                look(inner)
        elif isinstance(part, list):
            for inner in part:
                look(inner)

    look(document)


def test_one_page_shows_them_all(visitor: Client) -> None:
    page = visitor.http.get("/api/docs/")
    assert page.status_code == 200
    for slug in ENDPOINTS:
        assert f"/api/v1/{slug}/schema" in page.text
