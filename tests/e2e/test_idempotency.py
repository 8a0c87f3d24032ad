"""The same intention sent many times at once acts once."""

from __future__ import annotations

from collections import Counter
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
