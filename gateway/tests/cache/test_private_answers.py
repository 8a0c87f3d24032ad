"""Public pages are kept for everybody, and nobody's own answers for anybody."""

from __future__ import annotations

import httpx
import pytest

from gateway.tests.cache.pages import LIST, cache_of, new_page
from gateway.tests.running import System
from gateway.tests.tokens import bearer


def test_the_second_request_gets_the_page_of_the_first(anybody: httpx.Client, asked) -> None:
    for path in (LIST, f"{LIST}/AAPL", f"{LIST}/AAPL/candles"):
        address = new_page(path)
        first, second = anybody.get(address), anybody.get(address)
        assert (cache_of(first), cache_of(second)) == ("MISS", "HIT")
        assert first.content == second.content
        assert asked(address) == 1


def test_each_answer_has_its_own_request_id_and_nothing_of_ours(anybody: httpx.Client) -> None:
    address = new_page()
    answers = [anybody.get(address) for _ in range(3)]
    assert [cache_of(answer) for answer in answers] == ["MISS", "HIT", "HIT"]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 3
    for answer in answers:
        assert len(answer.headers.get_list("X-Request-Id")) == 1
        assert answer.headers["Cache-Control"] == "public, max-age=5"
        assert answer.headers["Vary"].startswith("Accept, Accept-Language")
        assert not [name for name in answer.headers if name.startswith("x-birzha") or name == "warning"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Cookie", ["birzha_session=alice", "birzha_session=bob", "theme=dark", ""]),
        ("Authorization", [bearer("alice")["Authorization"], bearer("bob")["Authorization"], "Token x", ""]),
    ],
)
def test_who_says_who_they_are_gets_their_own_answer(
    anybody: httpx.Client, asked, name: str, values: list[str]
) -> None:
    address = new_page()
    assert cache_of(anybody.get(address)) == "MISS"
    for number, value in enumerate(values * 2, start=1):
        answer = anybody.get(address, headers={name: value})
        assert cache_of(answer) == "BYPASS"
        assert answer.json()["headers"][name.lower()] == value
        assert "Age" not in answer.headers
        assert asked(address) == 1 + number
    anonymous = anybody.get(address)
    assert cache_of(anonymous) == "HIT"
    assert name.lower() not in anonymous.json()["headers"]


def test_a_page_first_requested_by_somebody_signed_in_is_not_cached(anybody: httpx.Client) -> None:
    address = new_page()
    for headers in ({"Cookie": "s=alice"}, bearer("alice")):
        assert cache_of(anybody.get(address, headers=headers)) == "BYPASS"
    assert cache_of(anybody.get(address)) == "MISS"


def test_even_nginx_itself_caches_nothing_of_anybody(system: System) -> None:
    address = new_page()
    with system.through("cache-market.sock") as nginx:
        for headers in ({"Cookie": "s=alice"}, {"Authorization": "Bearer alice"}):
            for _ in range(2):
                answer = nginx.get(address, headers=headers)
                assert cache_of(answer) == "BYPASS"
                assert headers.items() <= {k.title(): v for k, v in answer.json()["headers"].items()}.items()
        assert cache_of(nginx.get(address)) == "MISS"


@pytest.mark.parametrize(
    "options",
    [
        {"cc": "no-store"},
        {"cc": "private, max-age=5"},
        {"cc": "no-cache"},
        {"cc": "max-age=0"},
        {"cc": "max-age=5, must-revalidate"},
        {"cc": "s-maxage=0, max-age=5"},
        {"cc": "public"},
        {"cookie": "birzha_session=1"},
        {"vary": "Accept, User-Agent"},
        {"vary": "*"},
        {"cc": "max-age=2"},  # two seconds can't be kept to the second
    ],
    ids=str,
)
def test_what_must_not_be_cached_is_not(anybody: httpx.Client, asked, options: dict) -> None:
    address = new_page(**options)
    for number in (1, 2, 3):
        assert cache_of(anybody.get(address)) == "MISS"
        assert asked(address) == number
        anybody.cookies.clear()


@pytest.mark.parametrize("status", [201, 404, 400, 500])
def test_only_a_200_is_cached(anybody: httpx.Client, asked, status: int) -> None:
    address = new_page(status=str(status))
    for _ in range(2):
        assert anybody.get(address).status_code == status
    assert asked(address) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_go_to_the_service(anybody: httpx.Client, asked, method: str) -> None:
    address = new_page()
    anybody.get(address)
    for number in (1, 2):
        answer = anybody.request(method, address)
        assert cache_of(answer) == "BYPASS"
        assert answer.json()["method"] == method
        assert asked(address) == 1 + number


def test_head_shares_the_page_of_get(anybody: httpx.Client, asked) -> None:
    address = new_page()
    first = anybody.head(address)
    assert (cache_of(first), first.content) == ("MISS", b"")
    assert int(first.headers["Content-Length"]) == len(anybody.get(address).content)
    assert cache_of(anybody.head(address)) == "HIT"
    assert asked(address) == 1


def test_the_stream_is_never_cached(system: System) -> None:
    for _ in range(2):
        with (
            system.outside() as client,
            client.stream("GET", "/api/v1/quotes/stream?do=page") as answer,
        ):
            assert "X-Cache" not in answer.headers
            assert "Age" not in answer.headers
