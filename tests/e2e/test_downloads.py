"""A file that cannot be had: the page, or the problem document, says why, with the status of the refusal."""

from __future__ import annotations

import csv
import io
from urllib.parse import quote

import httpx
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.e2e.people import Person
from tests.security.extreme_runs import signed_in
from tests.system import System

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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


def test_who_is_not_signed_in_is_sent_to_sign_in(system: System) -> None:
    answer = httpx.get(f"{system.url}/history.csv", headers={"Accept": "text/html"}, timeout=60)
    assert answer.status_code in (302, 303)
    assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("query", ["ticker=" + "x" * 33, "from=yesterday", "type=none", "format=pdf"])
def test_the_api_says_it_in_a_problem_document(person: Person, query: str) -> None:
    answer = person.send("GET", f"/operations?format=csv&{query}", headers={"Accept": "text/csv"})
    assert answer.status_code in (400, 404)


def test_files_of_the_history_open(browser: httpx.Client, person: Person) -> None:
    """Through the gateway and nginx, as a browser gets them; made apart from what answers everybody."""
    rows = person.get("/operations", fees="included")["results"]
    sheet = load_workbook(io.BytesIO(fetched(browser, "/history.xlsx", XLSX))).worksheets[0]
    assert [cell.value for cell in sheet["I"][1:]] == [float(row["total"]) for row in rows]
    excel = fetched(browser, "/history.csv?for=excel", "text/csv; charset=utf-8", Accept_Language="ru")
    lines = list(csv.reader(io.StringIO(excel.decode("utf-8-sig")), delimiter=";"))
    assert [line[8].replace(",", ".") for line in lines[1:]] == [row["total"] for row in rows]
    assert excel.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_statement_opens(browser: httpx.Client, person: Person, language: str) -> None:
    (month,) = [row["month"] for row in person.get("/statements")["results"]]
    headers = {"Accept_Language": language}
    assert f"/statement.pdf?month={month}" in fetched(browser, "/statements", None, **headers).decode()
    file = fetched(browser, f"/statement.pdf?month={month}", "application/pdf", **headers)
    text = PdfReader(io.BytesIO(file)).pages[0].extract_text()
    assert {"en": "Balance now", "ru": "Остаток сейчас"}[language] in text
    assert person.get("/account")["id"] in text
    asked = f"/statements/{month}?locale={language}"
    assert PdfReader(io.BytesIO(person.send("GET", asked).content)).metadata is not None


@pytest.mark.parametrize(
    ("month", "status"), [("9998-01", 404), ("1999-01", 404), ("2026-13", 404), ("", 404)]
)
def test_no_statement_is_a_page(browser: httpx.Client, month: str, status: int) -> None:
    answer = browser.get(f"/statement.pdf?month={month}", headers={"Accept": "text/html"})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def fetched(browser: httpx.Client, path: str, content_type: str | None, **headers: str) -> bytes:
    """What a download has, as an attachment when it is one of ``content_type``."""
    answer = browser.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code == 200, answer.text
    if content_type:
        assert answer.headers["Content-Type"] == content_type
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="birzha-')
    return answer.content
