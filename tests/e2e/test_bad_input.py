"""What bad input gets: the error that the contract names, never a 500, and nothing changes."""

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


@pytest.fixture(autouse=True)
def _nothing_changes(owner: Person) -> Iterator[None]:
    before = owner.everything()
    yield
    assert owner.everything() == before


def send_text(person: Client, method: str, path: str, text: bytes, **headers: str) -> Any:
    given = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4()), **headers}
    return person.send(method, path, content=text, headers=given)


def send_json(person: Client, method: str, path: str, body: Any) -> Any:
    return send_text(person, method, path, json.dumps(body).encode())


@EACH_WRITE
@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"not json",
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
    ids=["open", "words", "comma", "quotes", "NaN", "Infinity", "not UTF-8", "deep"],
)
def test_malformed_json(owner: Person, method: str, path: str, body: Any, text: bytes) -> None:
    problem_of(send_text(owner, method, path, text), 400, "malformed_json")


@EACH_WRITE
@pytest.mark.parametrize("text", [b"[]", b"null", b'"text"', b"1", b"true", b"[{}]"])
def test_json_that_is_no_object(owner: Person, method: str, path: str, body: Any, text: bytes) -> None:
    assert send_text(owner, method, path, text).status_code == 400


@EACH_WRITE
def test_empty_body(owner: Person, method: str, path: str, body: Any) -> None:
    answer = send_text(owner, method, path, b"")
    assert answer.status_code == (400 if method == "POST" else 200)


@EACH_WRITE
def test_unknown_field(owner: Person, method: str, path: str, body: Any) -> None:
    answer = send_json(owner, method, path, {**body, "surprise": 1})
    assert field_codes(answer)["surprise"] == "unknown_field"


@EACH_WRITE
@pytest.mark.parametrize("value", [1, True, None, [], {}, ["x"]], ids=repr)
def test_wrong_type_of_every_field(owner: Person, method: str, path: str, body: Any, value: Any) -> None:
    for name in body:
        if name == "quantity" and value == 1:
            continue
        answer = send_json(owner, method, path, {**body, name: value})
        assert name in field_codes(answer), f"{name}={value!r}"


@EACH_WRITE
def test_a_body_of_2_mib(owner: Person, method: str, path: str, body: Any) -> None:
    text = json.dumps({**body, "filler": "x" * 2 * 1024 * 1024}).encode()
    problem_of(send_text(owner, method, path, text), 413, "body_too_large")


@EACH_WRITE
def test_another_content_type(owner: Person, method: str, path: str, body: Any) -> None:
    answer = send_text(owner, method, path, b"a=1", **{"Content-Type": "text/csv"})
    problem_of(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "quantity",
    [
        "0",
        "-1",
        "1.5",
        "1.0",
        "1e400",
        "-1e400",
        "1e2",
        "1000000001",
        "9" * 30,
        "9" * 5000,
        '"1"',
        '"NaN"',
        '""',
    ],
)
def test_quantity(owner: Person, quantity: str) -> None:
    text = json.dumps(ORDER).replace('"quantity": 1', f'"quantity": {quantity}')
    answer = send_text(owner, "POST", "/orders", text.encode())
    assert answer.status_code == 400
    assert answer.json()["code"] in {"quantity_invalid", "malformed_json"}
    if len(quantity) < 100:
        problem = problem_of(answer, 400, "quantity_invalid")
        assert problem["errors"][0]["field"] == "quantity"


@pytest.mark.parametrize(
    "amount",
    [
        '"0"', '"0.00"', '"-1.00"', '"0.001"', '"1.005"', '"NaN"', '"Infinity"', '"1e400"', '"1e2"', '""',
        '" 1"', '"1,00"', '"0x10"', '"١"', "1", "1.5", "1e400", "true",
        '"' + "9" * 40 + '"', '"' + "9" * 5000 + '"',
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/deposits", "/withdrawals"])
def test_amount(owner: Person, path: str, amount: str) -> None:
    text = json.dumps(DEPOSIT).replace('"10.00"', amount)
    problem = problem_of(send_text(owner, "POST", path, text.encode()), 400, "amount_invalid")
    assert problem["errors"][0]["field"] == "amount"


def test_a_withdrawal_of_more_than_there_is(owner: Person) -> None:
    problem = problem_of(
        send_json(owner, "POST", "/withdrawals", {**DEPOSIT, "amount": "999999.00"}),
        400,
        "insufficient_funds",
    )
    assert problem["errors"][0]["field"] == "amount"


def test_a_deposit_above_the_limit(owner: Person) -> None:
    answer = send_json(owner, "POST", "/deposits", {**DEPOSIT, "amount": "99999999.00"})
    problem_of(answer, 400, "limit_exceeded")


def test_a_currency_that_there_is_not(owner: Person) -> None:
    for currency in ("XXX", "usd", "BTC", ""):
        answer = send_json(owner, "POST", "/deposits", {**DEPOSIT, "currency": currency})
        assert "currency" in field_codes(answer)


@pytest.mark.parametrize("ticker", ["NOPE", "", "A" * 33, "'; --", "АAPL", "\x00", "AAPL/.."])
def test_unknown_ticker(owner: Person, ticker: str) -> None:
    answer = send_json(owner, "POST", "/orders", {**ORDER, "ticker": ticker})
    assert answer.status_code == 400
    if ticker == "NOPE":
        problem_of(answer, 400, "instrument_unknown")


@pytest.mark.parametrize(
    ("field", "value"), [("side", "hold"), ("type", "stop"), ("time_in_force", "forever"), ("side", "BUY")]
)
def test_a_choice_that_there_is_not(owner: Person, field: str, value: str) -> None:
    answer = send_json(owner, "POST", "/orders", {**ORDER, field: value})
    assert field_codes(answer) == {field: "invalid_choice"}


@pytest.mark.parametrize("name", list(ORDER))
def test_a_missing_field_of_an_order(owner: Person, name: str) -> None:
    body = {key: value for key, value in ORDER.items() if key != name}
    assert name in field_codes(send_json(owner, "POST", "/orders", body))


def test_a_quantity_that_is_no_whole_lot(owner: Person) -> None:
    answer = send_json(owner, "POST", "/orders", {**ORDER, "ticker": "BZCASH", "quantity": 5})
    problem_of(answer, 400, "lot_size_invalid")


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
