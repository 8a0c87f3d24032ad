"""``x-canary``: an operator chooses the version; from anybody else it means nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gateway.tests.canary.conftest import Canary
from gateway.tests.tokens import bearer

#: User and scopes; their tokens are made when they are needed, for those do not live long.
OPERATOR = ("operator-1", "customer operator")
ONLY_OPERATOR = ("operator-2", "operator")
CUSTOMER = ("customer-1", "customer")
ALMOST = ("customer-2", "customer cooperator operators")


def answered(client: httpx.Client, headers: dict[str, Any], method: str = "GET") -> set[str]:
    """Who answered five requests."""
    answers = [client.request(method, "/api/v1/orders", headers=headers) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    return {answer.json()["service"] for answer in answers}


@pytest.mark.parametrize("who", [OPERATOR, ONLY_OPERATOR])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_operator_chooses(
    canary: Canary, outside: httpx.Client, who: tuple[str, str], method: str
) -> None:
    token = bearer(who[0], scope=who[1])
    canary.set_weight(0)
    assert answered(outside, {**token, "x-canary": "always"}, method) == {"trading-canary"}
    assert answered(outside, {**token, "x-canary": "perhaps"}, method) == {"trading"}
    canary.set_weight(100)
    assert answered(outside, {**token, "x-canary": "never"}, method) == {"trading"}
    assert answered(outside, token, method) == {"trading-canary"}


@pytest.mark.parametrize("who", [CUSTOMER, ALMOST])
def test_nobody_else_does(canary: Canary, outside: httpx.Client, who: tuple[str, str]) -> None:
    token = bearer(who[0], scope=who[1])
    for claim in ({}, {"x-user-scope": "operator"}, {"X-User-Scope": "operator", "x-user-id": "operator-1"}):
        canary.set_weight(0)
        assert answered(outside, {**token, **claim, "x-canary": "always"}) == {"trading"}
        canary.set_weight(100)
        assert answered(outside, {**token, **claim, "x-canary": "never"}) == {"trading-canary"}


def test_a_forged_operator_gets_nothing(canary: Canary, outside: httpx.Client) -> None:
    forged = bearer("operator-1", kid="unpublished", scope="operator")
    answer = outside.get("/api/v1/orders", headers={**forged, "x-canary": "always"})
    assert answer.status_code == 401
    assert canary.upstream.requests == []
