"""A file that cannot be had: the page, or the problem document, says why, with the status of the refusal."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

from tests.e2e.people import Person
from tests.security.extreme_runs import signed_in
from tests.system import System

#: 20 letters on the pages, 40 when they are capitals, as tickers are: more than the API takes.
TOO_LONG = quote("ß" * 20)


@pytest.fixture(scope="module")
def browser(system: System, person: Person) -> httpx.Client:
    """Somebody who is signed in to the pages."""
    return signed_in(system, person)


@pytest.mark.parametrize(("language", "words"), [("en", "32"), ("ru", "32")])
def test_what_the_api_refuses_is_said_by_a_page(browser: httpx.Client, language: str, words: str) -> None:
    headers = {"Accept": "text/html", "Accept-Language": language}
    answers = [
        browser.get(f"/{name}?ticker={TOO_LONG}", headers=headers) for name in ("history", "history.csv")
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    for answer in answers:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "Content-Disposition" not in answer.headers
        assert words in answer.text
        assert answer.headers["X-Request-Id"] in answer.text


def test_who_is_not_signed_in_is_asked_to(system: System) -> None:
    answer = httpx.get(f"{system.url}/history.csv", headers={"Accept": "text/html"})
    assert answer.status_code in (302, 303)
    assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("query", ["ticker=" + "x" * 33, "from=yesterday", "type=none", "format=pdf"])
def test_the_api_says_it_in_a_problem_document(person: Person, query: str) -> None:
    answer = person.send("GET", f"/operations?format=csv&{query}", headers={"Accept": "text/csv"})
    assert answer.status_code in (400, 404)
