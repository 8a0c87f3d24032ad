"""A canary that fails everything, or is gone: what clients notice until it is rolled back."""

from __future__ import annotations

import httpx

from gateway.tests.canary.conftest import Canary, signed_in

USERS = [f"user-{number}" for number in range(60)]
#: Failures in a row. Where the machine is busy Envoy hears of the last one a little later.
EJECTED_AFTER = 5


def codes(outside: httpx.Client, method: str) -> list[int]:
    answers = [outside.request(method, "/api/v1/orders", headers=signed_in(user)) for user in USERS]
    return [answer.status_code for answer in answers]


def test_no_read_fails_and_few_writes_do(canary: Canary, outside: httpx.Client) -> None:
    canary.set_weight(50)
    canary.upstream.failing = True
    assert codes(outside, "GET") == [200] * len(USERS)
    assert EJECTED_AFTER <= len(canary.upstream.requests) < 2 * EJECTED_AFTER
    assert codes(outside, "POST") == [200] * len(USERS)


def test_writes_fail_until_it_is_ejected(canary: Canary, outside: httpx.Client) -> None:
    canary.set_weight(50)
    canary.upstream.failing = True
    answers = codes(outside, "POST")
    failed = answers.count(500)
    assert EJECTED_AFTER <= failed < 2 * EJECTED_AFTER
    assert answers.count(200) == len(USERS) - failed
    assert len(canary.upstream.requests) == failed  # none was sent twice
    assert codes(outside, "POST") == [200] * len(USERS)


def test_a_canary_that_is_gone_costs_nothing(canary: Canary, outside: httpx.Client) -> None:
    canary.set_weight(50)
    canary.upstream.stop()
    assert codes(outside, "GET") + codes(outside, "POST") == [200] * 2 * len(USERS)


def test_the_stable_version_is_never_ejected(canary: Canary, outside: httpx.Client) -> None:
    canary.set_weight(10)
    stable = canary.system.services["trading"]
    stable.failing = True
    try:
        assert 500 in codes(outside, "POST")
    finally:
        stable.failing = False
    assert codes(outside, "POST") == [200] * len(USERS)
