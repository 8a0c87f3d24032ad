"""Who is answered by which version."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gateway.tests.canary.conftest import Canary

USERS = [f"user-{number}" for number in range(3000)]
SOME = USERS[:400]


def canarys(answers: dict[str, str]) -> set[str]:
    """Those whom the canary answered."""
    assert set(answers.values()) <= {"trading", "trading-canary"}
    return {user for user, service in answers.items() if service == "trading-canary"}


@pytest.mark.parametrize("weight", [10, 30, 50])
def test_the_share_is_right_within_a_point(canary: Canary, weight: int) -> None:
    canary.set_weight(weight)
    share = 100 * len(canarys(canary.who_answers(USERS))) / len(USERS)
    assert weight - 1 < share < weight + 1


def test_nobody_changes_sides_more_than_the_share_does(canary: Canary) -> None:
    groups = []
    for weight in (0, 10, 30, 50, 100, 50, 30, 10, 0):
        canary.set_weight(weight)
        groups.append(canarys(canary.who_answers(SOME)))
    growing, shrinking = groups[:5], groups[:3:-1]
    assert all(small < large for small, large in pairwise(growing))
    assert growing == shrinking
    assert (growing[0], growing[4]) == (set(), set(SOME))


def test_the_same_user_is_always_answered_by_the_same_version(canary: Canary) -> None:
    canary.set_weight(50)
    first = canary.who_answers(SOME)
    assert all(canary.who_answers(SOME) == first for _ in range(3))


def pages(canary: Canary, headers: list[dict[str, str]]) -> list[str]:
    """Who answers the same page with each of these headers."""
    with canary.system.through("gateway.sock") as inside:
        return [str(inside.get("/", headers=one).json()["service"]) for one in headers]


def test_without_an_account_a_visitor_is_known_by_the_session_cookie(web_canary: Canary) -> None:
    web_canary.set_weight(50)
    cookies = [{"Cookie": f"a=b; birzha_session=visitor-{number}"} for number in range(100)]
    first = pages(web_canary, cookies)
    assert 30 < first.count("web-canary") < 70
    elsewhere = [{**one, "X-Forwarded-For": f"203.0.113.{n}"} for n, one in enumerate(cookies)]
    assert pages(web_canary, elsewhere) == first


def test_without_a_cookie_by_the_address(web_canary: Canary) -> None:
    web_canary.set_weight(50)
    addresses = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in range(100)]
    first = pages(web_canary, addresses)
    assert 30 < first.count("web-canary") < 70
    assert pages(web_canary, [{**one, "Cookie": "a=b"} for one in addresses]) == first
