"""What bad input gets at every address, by the gateway: the error that the contract names; nothing changes.

What of a field is bad: servicekit/tests/test_api.py, and the tests of each service.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.people import Client, Person, field_codes, problem_of

ORDER = {"ticker": "AAPL", "side": "buy", "type": "market", "quantity": 1}
DEPOSIT = {"amount": "10.00", "currency": "USD"}
#: Every address that takes a body, with one that it would take.
WRITES = [
    ("POST", "/users", {"username": "e2e-bad-input", "email": "e2e-bad-input@example.com", "password": "x"}),
    ("POST", "/auth/token", {"username": "nobody", "password": "x"}),
    ("POST", "/auth/token/refresh", {"refresh": "x"}),
    ("PATCH", "/users/me", {"display_name": "x"}),
    ("POST", "/orders", ORDER),
    ("POST", "/deposits", DEPOSIT),
    ("POST", "/withdrawals", DEPOSIT),
]
EACH_WRITE = pytest.mark.parametrize(
    ("method", "path", "body"), WRITES, ids=[f"{method} {path}" for method, path, _ in WRITES]
)


@pytest.fixture(scope="module")
def owner(new_person: Callable[..., Person]) -> Person:
    """Somebody with money and one position."""
    person = new_person(deposit="2000.00")
    assert person.buy("AAPL", 1)["status"] == "filled"
    return person


@pytest.fixture(scope="module", autouse=True)
def _nothing_changes(owner: Person) -> Iterator[None]:
    """By all of them together: to look at everything after each takes ten times what they do."""
    before = owner.everything()
    yield
    assert owner.everything() == before


def send_text(person: Client, method: str, path: str, text: bytes, **headers: str) -> Any:
    given = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4()), **headers}
    return person.send(method, path, content=text, headers=given)


def send_json(person: Client, method: str, path: str, body: Any) -> Any:
    return send_text(person, method, path, json.dumps(body).encode())


@EACH_WRITE
@pytest.mark.parametrize("text", [b"{", b"\xff\xfe", b"[" * 100_000], ids=["open", "not UTF-8", "deep"])
def test_malformed_json(owner: Person, method: str, path: str, body: Any, text: bytes) -> None:
    problem_of(send_text(owner, method, path, text), 400, "malformed_json")


@EACH_WRITE
def test_empty_body(owner: Person, method: str, path: str, body: Any) -> None:
    answer = send_text(owner, method, path, b"")
    assert answer.status_code == (400 if method == "POST" else 200)


@EACH_WRITE
def test_unknown_field(owner: Person, method: str, path: str, body: Any) -> None:
    answer = send_json(owner, method, path, {**body, "surprise": 1})
    assert field_codes(answer)["surprise"] == "unknown_field"


@EACH_WRITE
def test_a_body_of_2_mib(owner: Person, method: str, path: str, body: Any) -> None:
    text = json.dumps({**body, "filler": "x" * 2 * 1024 * 1024}).encode()
    problem_of(send_text(owner, method, path, text), 413, "body_too_large")


@EACH_WRITE
def test_another_content_type(owner: Person, method: str, path: str, body: Any) -> None:
    answer = send_text(owner, method, path, b"a=1", **{"Content-Type": "text/csv"})
    problem_of(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "path", ["/orders/1", "/orders/not-a-uuid", f"/orders/{uuid4()}", "/notifications/1"]
)
def test_an_id_that_there_is_not(owner: Person, path: str) -> None:
    problem_of(owner.send("GET", path), 404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        "/instruments?page=0", "/instruments?page=x", "/instruments?page_size=0",
        "/instruments?page_size=201", "/instruments?page_size=1e9", "/instruments?type=house",
        "/instruments?ordering=password", "/orders?status=lost", "/orders?from=yesterday",
        "/orders?cursor=nonsense", "/orders?page_size=-1", "/operations?type=gift",
        "/operations?from=2025-13-01", "/operations?to=NaN", "/operations?cursor=nonsense",
        "/notifications?unread=perhaps", "/notifications?cursor=nonsense",
    ],
)  # fmt: skip
def test_a_bad_query(owner: Person, path: str) -> None:
    assert owner.send("GET", path).status_code == 400


def test_an_address_is_requested_by_a_method_it_does_not_know(owner: Person) -> None:
    for method, path in (
        ("DELETE", "/orders"),
        ("PUT", "/users/me"),
        ("POST", "/account"),
        ("PATCH", "/deposits"),
    ):
        problem_of(send_json(owner, method, path, {}), 405, "method_not_allowed")
