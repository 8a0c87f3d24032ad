"""Pages that nginx keeps: who shares them, who does not, for how long. Each test has a page of its own."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from gateway.tests.running import System
from gateway.tests.tokens import bearer

LIST = "/api/v1/instruments"
Page = Callable[..., str]


@pytest.fixture
def page() -> Page:
    """`page(cc="no-store")` → the address of a page that nobody has asked for, with its wishes."""

    def address(path: str = LIST, **wishes: str) -> str:
        query = "".join(f"&{name}={quote(value)}" for name, value in wishes.items())
        return f"{path}?do=page&mark={uuid4().hex}{query}"

    return address


@pytest.fixture
def asked(system: System) -> Callable[[str], int]:
    """How many requests for an address have reached the service, by whatever method."""

    def count(address: str) -> int:
        return sum(path == address for _, path in system.services["market"].requests)

    return count


def cache_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.headers["X-Cache"]


def test_the_second_who_asks_gets_the_page_of_the_first(anybody: httpx.Client, page: Page, asked) -> None:
    for path in (LIST, f"{LIST}/AAPL", f"{LIST}/AAPL/candles"):
        address = page(path)
        first, second = anybody.get(address), anybody.get(address)
        assert (cache_of(first), cache_of(second)) == ("MISS", "HIT")
        assert first.content == second.content
        assert asked(address) == 1


def test_each_answer_has_its_own_request_id_and_nothing_of_ours(anybody: httpx.Client, page: Page) -> None:
    address = page()
    answers = [anybody.get(address) for _ in range(3)]
    assert [cache_of(answer) for answer in answers] == ["MISS", "HIT", "HIT"]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 3
    for answer in answers:
        assert len(answer.headers.get_list("X-Request-Id")) == 1
        assert answer.headers["Cache-Control"] == "public, max-age=5"
        assert answer.headers["Vary"].startswith("Accept, Accept-Language")
        assert not [name for name in answer.headers if name.startswith("x-birzha") or name == "warning"]


# -- whose pages they are ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Cookie", ["birzha_session=alice", "birzha_session=bob", "theme=dark", ""]),
        ("Authorization", [bearer("alice")["Authorization"], bearer("bob")["Authorization"], "Token x", ""]),
    ],
)
def test_who_says_who_they_are_gets_their_own_answer(
    anybody: httpx.Client, page: Page, asked, name: str, values: list[str]
) -> None:
    address = page()
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


def test_a_page_first_asked_for_by_somebody_is_not_kept(anybody: httpx.Client, page: Page) -> None:
    address = page()
    for headers in ({"Cookie": "s=alice"}, bearer("alice")):
        assert cache_of(anybody.get(address, headers=headers)) == "BYPASS"
    assert cache_of(anybody.get(address)) == "MISS"


def test_even_nginx_itself_keeps_nothing_of_anybody(system: System, page: Page) -> None:
    address = page()
    with system.through("cache-market.sock") as nginx:
        for headers in ({"Cookie": "s=alice"}, {"Authorization": "Bearer alice"}):
            for _ in range(2):
                answer = nginx.get(address, headers=headers)
                assert cache_of(answer) == "BYPASS"
                assert headers.items() <= {k.title(): v for k, v in answer.json()["headers"].items()}.items()
        assert cache_of(nginx.get(address)) == "MISS"


@pytest.mark.parametrize(
    "wishes",
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
def test_what_must_not_be_kept_is_not(anybody: httpx.Client, page: Page, asked, wishes: dict) -> None:
    address = page(**wishes)
    for number in (1, 2, 3):
        assert cache_of(anybody.get(address)) == "MISS"
        assert asked(address) == number
        anybody.cookies.clear()


@pytest.mark.parametrize("status", [201, 404, 400, 500])
def test_only_a_200_is_kept(anybody: httpx.Client, page: Page, asked, status: int) -> None:
    address = page(status=str(status))
    for _ in range(2):
        assert anybody.get(address).status_code == status
    assert asked(address) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_go_to_the_service(anybody: httpx.Client, page: Page, asked, method: str) -> None:
    address = page()
    anybody.get(address)
    for number in (1, 2):
        answer = anybody.request(method, address)
        assert cache_of(answer) == "BYPASS"
        assert answer.json()["method"] == method
        assert asked(address) == 1 + number


def test_head_shares_the_page_of_get(anybody: httpx.Client, page: Page, asked) -> None:
    address = page()
    first = anybody.head(address)
    assert (cache_of(first), first.content) == ("MISS", b"")
    assert int(first.headers["Content-Length"]) == len(anybody.get(address).content)
    assert cache_of(anybody.head(address)) == "HIT"
    assert asked(address) == 1


def test_the_stream_is_never_kept(system: System) -> None:
    for _ in range(2):
        with (
            system.outside() as client,
            client.stream("GET", "/api/v1/quotes/stream?do=page") as answer,
        ):
            assert "X-Cache" not in answer.headers
            assert "Age" not in answer.headers


# -- which page it is -------------------------------------------------------------------------------


def test_each_language_has_its_page_however_it_is_asked_for(anybody: httpx.Client, page: Page, asked) -> None:
    address = page()

    def got(language: str) -> str:
        answer = anybody.get(address, headers={"Accept-Language": language})
        assert cache_of(answer) in ("HIT", "MISS")
        return answer.json()["headers"]["accept-language"]

    russian = ["ru", "ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "RU", "ru-ru, en"]
    english = ["en", "", "en-GB,en;q=0.9,ru;q=0.1", "de-DE,de;q=0.9,en;q=0.8", "fr", "*"]
    assert {got(language) for language in russian} == {"ru"}
    assert {got(language) for language in english} == {"en"}
    assert asked(address) == 2


def test_a_language_that_needs_thought_is_left_to_the_service(anybody: httpx.Client, page: Page) -> None:
    address = page()
    for language in ("de,ru;q=0.5", "en;q=0.5,ru;q=0.9"):
        answer = anybody.get(address, headers={"Accept-Language": language})
        assert cache_of(answer) == "BYPASS"
        assert answer.json()["headers"]["accept-language"] == language


def test_compressed_and_plain_are_two_pages(anybody: httpx.Client, page: Page, asked) -> None:
    address = page(gzip="1", large="1")
    for _ in range(2):
        for sent in ("gzip", "gzip, deflate, br, zstd", "deflate, gzip"):
            answer = anybody.get(address, headers={"Accept-Encoding": sent})
            assert answer.headers["Content-Encoding"] == "gzip"
            assert answer.json()["headers"]["accept-encoding"] == "gzip"
        for sent in ("identity", "br", "gzip;q=0"):
            answer = anybody.get(address, headers={"Accept-Encoding": sent})
            assert "Content-Encoding" not in answer.headers
            assert answer.json()["filler"]
        # Whoever puts it in a way that nginx does not follow gets the plain page, which Envoy compresses.
        answer = anybody.get(address, headers={"Accept-Encoding": "br, gzip;q=0.8"})
        assert answer.headers["Content-Encoding"] == "gzip"
    assert asked(address) == 2


def test_a_page_for_people_and_one_for_programs_are_not_mixed(anybody: httpx.Client, page: Page) -> None:
    address = page()
    assert cache_of(anybody.get(address, headers={"Accept": "application/json, text/plain, */*"})) == "MISS"
    for accept in ("*/*", "application/json", ""):
        assert cache_of(anybody.get(address, headers={"Accept": accept})) == "HIT"
    browser = anybody.get(address, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert cache_of(browser) == "BYPASS"
    assert browser.json()["headers"]["accept"].startswith("text/html")


def test_hosts_have_their_own_pages(anybody: httpx.Client, page: Page) -> None:
    address = page()
    anybody.get(address, headers={"Host": "evil.example"})
    answer = anybody.get(address, headers={"Host": "birzha.example"})
    assert cache_of(answer) == "MISS"
    assert answer.json()["headers"]["host"] == "birzha.example"


@pytest.mark.parametrize("spelling", ["{0}&", "{0}&x", "{0}&mark=2", "{0}%20", "{0}/"])
def test_another_query_is_another_page(anybody: httpx.Client, page: Page, spelling: str) -> None:
    address = page()
    anybody.get(address)
    other = anybody.get(spelling.format(address))
    assert cache_of(other) == "MISS"
    assert other.json()["path"] == spelling.format(address)


def test_other_spellings_of_a_path_are_the_same_page(system: System, page: Page) -> None:
    address = page(f"{LIST}/AAPL")
    assert system.get_raw(address)[1]["x-cache"] == "MISS"
    query = address.partition("?")[2]
    for path in (f"{LIST}//AAPL", f"{LIST}/x/../AAPL", f"{LIST}/%41APL"):
        status, headers, _ = system.get_raw(f"{path}?{query}")
        assert (status, headers["x-cache"]) == (200, "HIT")


UNKEYED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Port": "1",
    "X-HTTP-Method-Override": "DELETE",
    "X-Original-URL": "/evil",
    "X-Anything": "evil",
    "User-Agent": "evil",
    "Referer": "evil",
    "Range": "bytes=0-3",
    "If-None-Match": '"evil"',
    "If-Range": '"evil"',
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
}


@pytest.mark.parametrize("name", UNKEYED)
def test_what_is_not_in_the_key_reaches_no_service(anybody: httpx.Client, page: Page, name: str) -> None:
    address = page()
    first = anybody.get(address, headers={name: UNKEYED[name]})
    assert cache_of(first) == "MISS"
    assert name.lower() not in first.json()["headers"]
    again = anybody.get(address, headers={name: UNKEYED[name]})
    assert (cache_of(again), again.content) == ("HIT", first.content)  # a part of a page is no page


def test_a_body_does_not_reach_the_service(system: System, page: Page) -> None:
    address = page()
    request = f"GET {address} HTTP/1.1\r\nHost: b\r\nConnection: close\r\nContent-Length: 4\r\n\r\nevil"
    status, headers, body = system.raw(request.encode())
    assert (status, headers["x-cache"]) == (200, "MISS")
    assert b'"body_bytes": 0' in body


# -- how old it may be ------------------------------------------------------------------------------


def test_a_price_is_never_older_than_its_header_says(system: System, page: Page, asked) -> None:
    address, ages, caches = page(after="0.3"), [], Counter[str]()
    end = time.time() + 9

    def reader(pause: float) -> None:
        with system.outside() as client:
            while time.time() < end:
                sent = time.time()
                answer = client.get(address)
                seconds = int(answer.headers["Cache-Control"].rpartition("=")[2])
                received, price = time.time(), answer.json()["price"]
                ages.append((received - price, sent - price, int(answer.headers.get("Age", 0)), seconds))
                caches[cache_of(answer)] += 1
                time.sleep(pause)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(reader, (0.01, 0.01, 0.02, 0.05, 0.3, 1.1)))
    for age, age_when_asked, told, seconds in ages:
        assert age < seconds == 5
        if told:  # whoever keeps it for the rest of the seconds, counted from asking, keeps it no longer
            assert age_when_asked < told <= seconds
    assert max(age for age, *_ in ages) > 2
    # It is renewed every few seconds, by one request, while the others still get what there is.
    assert asked(address) <= 6
    assert caches["MISS"] <= asked(address) + 5
    assert caches["HIT"] > 50 * caches["MISS"] / 6


def test_a_slow_answer_is_kept_for_less(anybody: httpx.Client, page: Page) -> None:
    slow = page(cc="public, max-age=3", after="0.6")
    assert cache_of(anybody.get(slow)) == "MISS"
    assert cache_of(anybody.get(slow)) == "HIT"
    time.sleep(2.1)
    answer = anybody.get(slow)
    assert cache_of(answer) == "MISS"
    assert time.time() - answer.json()["price"] < 3


def test_longer_than_the_gateway_wants_is_shortened(anybody: httpx.Client, page: Page) -> None:
    address = page(cc="public, max-age=86400")
    assert cache_of(anybody.get(address)) == "MISS"
    time.sleep(4)
    assert cache_of(anybody.get(address)) == "HIT"
    time.sleep(5.5)
    assert cache_of(anybody.get(address)) == "MISS"


def test_the_tag_saves_sending_it_again(anybody: httpx.Client, page: Page, asked) -> None:
    address = page(tag="one")
    tag = anybody.get(address).headers["ETag"]
    for sent in (tag, f"W/{tag}", f'"zero", {tag}', "*"):
        answer = anybody.get(address, headers={"If-None-Match": sent})
        assert (answer.status_code, answer.content, answer.headers["X-Cache"]) == (304, b"", "HIT")
        assert answer.headers["ETag"] == tag
        assert answer.headers["Cache-Control"] == "public, max-age=5"
    assert anybody.get(address, headers={"If-None-Match": '"zero"'}).status_code == 200
    assert asked(address) == 1


def test_many_at_once_are_one_request(system: System, page: Page, asked) -> None:
    """When there is no page yet, and again when the page has expired."""
    address = page(after="0.2")
    clients = [system.outside() for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        for number in (1, 2):
            answers = list(pool.map(lambda client: client.get(address), clients))
            assert {answer.status_code for answer in answers} == {200}
            assert max(time.time() - answer.json()["price"] for answer in answers) < 2
            assert asked(address) <= number + (number == 2)  # the second may fall on the turn of a second
            if number == 1:
                time.sleep(6)
    for client in clients:
        client.close()
