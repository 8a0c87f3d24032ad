"""The same intention sent twice acts once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.people import Person, problem_of

ORDER = {"ticker": "BZIDX", "side": "buy", "type": "market", "quantity": 1}
DEPOSIT = {"amount": "10.00", "currency": "USD"}
EACH = pytest.mark.parametrize(
    ("path", "body"), [("/orders", ORDER), ("/deposits", DEPOSIT), ("/withdrawals", DEPOSIT)]
)


def count_of(person: Person, path: str) -> int:
    if path == "/orders":
        return len(person.rows("/orders"))
    return len(person.rows("/operations", type=path.strip("/s")))


@EACH
@pytest.mark.parametrize("key", ["", "x" * 129, "with space"])
def test_a_key_is_required_and_must_be_one(person: Person, path: str, body: Any, key: str) -> None:
    before = count_of(person, path)
    answer = person.send("POST", path, json=body, headers={"Idempotency-Key": key} if key else {})
    code = "idempotency_key_invalid" if key else "idempotency_key_missing"
    problem_of(answer, 400, code)
    assert count_of(person, path) == before


@EACH
def test_the_same_again_gives_the_first_answer(person: Person, path: str, body: Any) -> None:
    before, key = count_of(person, path), str(uuid4())
    first = person.post(path, body, key=key)
    assert first.status_code == 201
    assert "Idempotency-Replayed" not in first.headers
    for spelling in (body, dict(reversed(body.items()))):
        again = person.post(path, spelling, key=key)
        assert (again.status_code, again.json()) == (201, first.json())
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.headers.get("Location") == first.headers.get("Location")
    assert count_of(person, path) == before + 1


@EACH
def test_another_body_under_the_same_key_is_refused(person: Person, path: str, body: Any) -> None:
    key = str(uuid4())
    person.post(path, body, key=key)
    before = count_of(person, path)
    other = {**body, "quantity": 2} if path == "/orders" else {**body, "amount": "20.00"}
    problem_of(person.post(path, other, key=key), 422, "idempotency_key_reused")
    assert count_of(person, path) == before


@EACH
def test_a_refused_request_may_be_mended_under_the_same_key(person: Person, path: str, body: Any) -> None:
    before, key = count_of(person, path), str(uuid4())
    wrong = {**body, "quantity": 0} if path == "/orders" else {**body, "amount": "0"}
    assert person.post(path, wrong, key=key).status_code == 400
    assert person.post(path, body, key=key).status_code == 201
    assert count_of(person, path) == before + 1


@EACH
def test_a_key_belongs_to_its_user(new_person: Callable[..., Person], path: str, body: Any) -> None:
    key = str(uuid4())
    people = [new_person(deposit="200.00"), new_person(deposit="200.00")]
    answers = [person.post(path, body, key=key) for person in people]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert all("Idempotency-Replayed" not in answer.headers for answer in answers)
    assert answers[0].json()["id"] != answers[1].json()["id"]


@EACH
def test_twenty_at_once_act_once(person: Person, path: str, body: Any) -> None:
    before, key = count_of(person, path), str(uuid4())
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: person.post(path, body, key=key), range(20)))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) <= {201, 409}
    for answer in answers:
        if answer.status_code == 409:
            problem_of(answer, 409, "idempotency_in_flight")
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert count_of(person, path) == before + 1
