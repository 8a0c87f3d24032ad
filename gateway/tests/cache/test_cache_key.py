"""Which page it is: by language, encoding, form, host and query, and by nothing else of a request."""

from __future__ import annotations

import httpx
import pytest

from gateway.tests.cache.pages import LIST, cache_of, new_page
from gateway.tests.running import System


def test_each_language_has_its_page_however_it_is_chosen(anybody: httpx.Client, asked) -> None:
    address = new_page()

    def got(language: str) -> str:
        answer = anybody.get(address, headers={"Accept-Language": language})
        assert cache_of(answer) in ("HIT", "MISS")
        return answer.json()["headers"]["accept-language"]

    russian = ["ru", "ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "RU", "ru-ru, en"]
    english = ["en", "", "en-GB,en;q=0.9,ru;q=0.1", "de-DE,de;q=0.9,en;q=0.8", "fr", "*"]
    assert {got(language) for language in russian} == {"ru"}
    assert {got(language) for language in english} == {"en"}
    assert asked(address) == 2


def test_a_language_that_needs_thought_is_left_to_the_service(anybody: httpx.Client) -> None:
    address = new_page()
    for language in ("de,ru;q=0.5", "en;q=0.5,ru;q=0.9"):
        answer = anybody.get(address, headers={"Accept-Language": language})
        assert cache_of(answer) == "BYPASS"
        assert answer.json()["headers"]["accept-language"] == language


def test_compressed_and_plain_are_two_pages(anybody: httpx.Client, asked) -> None:
    address = new_page(gzip="1", large="1")
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


def test_a_page_for_people_and_one_for_programs_are_not_mixed(anybody: httpx.Client) -> None:
    address = new_page()
    assert cache_of(anybody.get(address, headers={"Accept": "application/json, text/plain, */*"})) == "MISS"
    for accept in ("*/*", "application/json", ""):
        assert cache_of(anybody.get(address, headers={"Accept": accept})) == "HIT"
    browser = anybody.get(address, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert cache_of(browser) == "BYPASS"
    assert browser.json()["headers"]["accept"].startswith("text/html")


def test_hosts_have_their_own_pages(anybody: httpx.Client) -> None:
    address = new_page()
    anybody.get(address, headers={"Host": "evil.example"})
    answer = anybody.get(address, headers={"Host": "birzha.example"})
    assert cache_of(answer) == "MISS"
    assert answer.json()["headers"]["host"] == "birzha.example"


@pytest.mark.parametrize("spelling", ["{0}&", "{0}&x", "{0}&mark=2", "{0}%20", "{0}/"])
def test_another_query_is_another_page(anybody: httpx.Client, spelling: str) -> None:
    address = new_page()
    anybody.get(address)
    other = anybody.get(spelling.format(address))
    assert cache_of(other) == "MISS"
    assert other.json()["path"] == spelling.format(address)


def test_other_spellings_of_a_path_are_the_same_page(system: System) -> None:
    address = new_page(f"{LIST}/AAPL")
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
def test_what_is_not_in_the_key_reaches_no_service(anybody: httpx.Client, name: str) -> None:
    address = new_page()
    first = anybody.get(address, headers={name: UNKEYED[name]})
    assert cache_of(first) == "MISS"
    assert name.lower() not in first.json()["headers"]
    again = anybody.get(address, headers={name: UNKEYED[name]})
    assert (cache_of(again), again.content) == ("HIT", first.content)  # a part of a page is no page


def test_a_body_does_not_reach_the_service(system: System) -> None:
    address = new_page()
    request = f"GET {address} HTTP/1.1\r\nHost: b\r\nConnection: close\r\nContent-Length: 4\r\n\r\nevil"
    status, headers, body = system.raw(request.encode())
    assert (status, headers["x-cache"]) == (200, "MISS")
    assert b'"body_bytes": 0' in body
