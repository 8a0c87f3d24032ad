"""What every page has: headers, languages, error pages, static files, the API's documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLResolver, get_resolver

import web_frontend
from web_frontend.tests.gateway_double import GatewayDouble

PACKAGE = Path(web_frontend.__file__).parent


def test_nothing_inline_may_run(browser: Client) -> None:
    answer = browser.get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=|<style", page)


def test_private_pages_are_not_kept(vera: Client) -> None:
    for path in ("/portfolio", "/cash", "/history", "/orders", "/notifications"):
        assert "no-store" in vera.get(path)["Cache-Control"]


def test_no_template_has_inline_script_or_style() -> None:
    for template in (PACKAGE / "templates").rglob("*.html"):
        found = re.search(
            r"<script(?![^>]*src=)|\sstyle=|\son[a-z]+=|<style", template.read_text(encoding="utf-8")
        )
        assert not found, template


def test_an_unknown_address_is_a_404_page(browser: Client) -> None:
    answer = browser.get("/nope", headers={"Accept-Language": "ru"})
    assert answer.status_code == 404
    assert "Такой страницы нет" in answer.content.decode()


def test_a_slash_too_many_leads_to_the_page(browser: Client) -> None:
    for typed, page in (
        ("/portfolio/", "/portfolio"),
        ("/history/?type=buy&from=2026-01-01", "/history?type=buy&from=2026-01-01"),
        ("/instruments/BRK.B/", "/instruments/BRK.B"),
    ):
        answer = browser.get(typed)
        assert (answer.status_code, answer["Location"]) == (301, page)
    for unknown in ("/nope/", "//portfolio/", "//evil.example/portfolio/", "/portfolio/nope/"):
        assert browser.get("/", PATH_INFO=unknown).status_code == 404  # as a client's own address has a host
    assert browser.post("/watchlist/AAPL/").status_code == 404


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("status", "ask"),
    [
        (404, lambda client: client.get("/nope")),
        (405, lambda client: client.trace("/portfolio")),
        (400, lambda client: client.get("/", headers={"Host": "127.0.0.1,b"})),
        (400, lambda client: client.post("/sign-in", "a=b&" * 1500, content_type=FORM)),
        (400, lambda client: client.post("/sign-in", b"x", content_type="multipart/form-data")),
        (413, lambda client: client.post("/sign-in", "a=" + "x" * 70_000, content_type=FORM)),
        (422, lambda client: client.get("/history.csv?until=yesterday")),
    ],
)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_each_refusal_is_a_page_with_its_trace_id(
    vera: Client, status: int, ask: Callable[[Client], Any], language: str
) -> None:
    vera.defaults |= {
        "HTTP_ACCEPT_LANGUAGE": language,
        "HTTP_X_REQUEST_ID": "trace-1",
    }
    answer = ask(vera)
    page = answer.content.decode()
    assert answer.status_code == status
    assert f'<html lang="{language}">' in page
    assert "trace-1" in page


def every_address() -> list[str]:
    """An address of each page, with an id or a ticker where it has one."""
    kinds = {"<uuid:": str(UUID(int=7)), "<str:": "AAPL", "<path:": "AAPL"}

    def filled_in(route: str) -> str:
        return re.sub(r"(<\w+:)\w+>", lambda found: kinds[found[1]], route)

    def routes(patterns: list[Any]) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from routes(pattern.url_patterns)
            else:
                yield "/" + filled_in(str(pattern.pattern))

    return sorted(routes(get_resolver().url_patterns))


def test_no_address_answers_a_method_that_it_does_not_take_with_a_blank_page(vera: Client) -> None:
    refused = 0
    for address in every_address():
        for method in ("GET", "POST", "PUT", "TRACE"):
            answer = vera.generic(method, address)
            if answer.status_code != 405:
                continue
            refused += 1
            page = answer.content.decode()
            assert "This request cannot be read" in page, (method, address)
            assert '<html lang="en">' in page, (method, address)
            assert answer["Allow"], (method, address)
    assert refused > 50


def test_the_gateway_being_down_is_a_503_page_with_a_way_on(browser: Client, gateway: GatewayDouble) -> None:
    gateway.down("GET /api/v1/instruments/AAPL")
    answer = browser.get("/instruments/AAPL")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "Try again" in answer.content.decode()


def test_the_session_store_being_down_is_a_503_page(vera: Client, settings: Any) -> None:
    location = {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/redis.sock"}
    settings.CACHES = {"default": location}
    vera.raise_request_exception = False
    for path, status in (("/portfolio", 503), ("/", 200)):
        answer = vera.get(path)
        assert answer.status_code == status
        assert "birzha_session" not in answer.cookies  # nobody loses their session over it


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Too many requests"), ("ru", "Слишком много запросов")]
)
def test_too_many_requests_are_said_clearly(gateway: GatewayDouble, language: str, title: str) -> None:
    detail = "Try again in 7 s."  # the gateway's, in the visitor's language
    gateway.answer(
        "GET /api/v1/instruments", {"code": "rate_limited", "detail": detail}, 429, Retry_After="7"
    )
    visitor = Client(headers={"Accept-Language": language})
    page = visitor.get("/")
    assert (page.status_code, page["Retry-After"]) == (429, "7")
    assert title in page.content.decode()
    assert detail in page.content.decode()
    part = visitor.get("/", headers={"HX-Request": "true", "HX-Target": "instruments"})
    assert (part.status_code, part["HX-Reswap"], part["Retry-After"]) == (429, "none", "7")
    assert title in part.content.decode()
    assert "<html" not in part.content.decode()
    gateway.answer(
        "POST /api/v1/auth/token", {"code": "rate_limited", "detail": detail}, 429, Retry_After="7"
    )
    form = visitor.post("/sign-in", {"username": "vera", "password": "x9-long-enough"})
    assert form.status_code == 422
    assert detail in form.content.decode()


def test_a_visitors_address_is_passed_on(gateway: GatewayDouble) -> None:
    visitor = Client(headers={"X-Forwarded-For": "203.0.113.9"})
    visitor.get("/")
    visitor.post("/sign-in", {"username": "vera", "password": "x9-long-enough"})
    assert {asked.headers.get("X-Forwarded-For") for asked in gateway.requests} == {"203.0.113.9"}


def test_an_error_of_ours_is_a_500_page(browser: Client, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/instruments", {"results": [{}]})
    browser.raise_request_exception = False
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()


def test_a_refused_form_of_htmx_gets_a_message_not_a_page(gateway: GatewayDouble) -> None:
    client = Client(enforce_csrf_checks=True, headers={"HX-Request": "true"})
    answer = client.post("/sign-in", {})
    assert (answer.status_code, answer["HX-Reswap"]) == (403, "none")
    assert ". Reload the page" in answer.content.decode()


def test_times_follow_the_browsers_zone(browser: Client, gateway: GatewayDouble) -> None:
    browser.cookies["time_zone"] = "Asia/Kolkata"
    page = browser.get("/").content.decode()
    assert 'Times are shown in <span id="zone-name">Asia/Kolkata<' in page
    assert 'data-zone="Asia/Kolkata"' in page
    assert "data-zone-chosen" not in page
    for nonsense in ("../../etc/passwd", "Mars/Olympus", "\x00"):
        browser.cookies["time_zone"] = nonsense
        assert 'Times are shown in <span id="zone-name">UTC<' in browser.get("/").content.decode()


def test_static_files_have_versioned_addresses(browser: Client) -> None:
    page = browser.get("/").content.decode()
    assert re.search(r"/static/web/birzha\.css\?v=[0-9a-f]{10}", page)
    assert re.search(r"/static/django_htmx/htmx-2\.min\.js\?v=", page)
    assert browser.get("/static/web/birzha.css").status_code == 200


def test_every_service_is_in_the_documents(browser: Client) -> None:
    answer = browser.get("/api/docs/")
    for slug in settings.API_DOCUMENTS:
        assert f"/api/v1/{slug}/schema" in answer.content.decode()
    assert "script-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("vendored", ["bootstrap", "inter", "lightweight-charts"])
def test_vendored_files_are_what_their_note_says(vendored: str) -> None:
    import hashlib

    folder = PACKAGE / "static/web/vendor" / vendored
    note = (folder / "SOURCE.md").read_text(encoding="utf-8")
    for file in folder.iterdir():
        if file.suffix in (".css", ".js", ".woff2"):
            assert hashlib.sha256(file.read_bytes()).hexdigest() in note


def test_it_says_whether_it_is_ready(browser: Client, settings: Any) -> None:
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").status_code == 200
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/redis.sock"}}
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").status_code == 503


def test_the_icon_that_browsers_ask_for_is_there(browser: Client) -> None:
    answer = browser.get("/favicon.ico", follow=True)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/svg+xml"


@pytest.mark.parametrize(
    ("path", "source", "words"),
    [("/history", "operations", "The history could not be loaded"),
     ("/orders", "orders", "Your ended orders could not be loaded"),
     ("/notifications", "notifications", "The notifications could not be loaded")],
)  # fmt: skip
def test_a_failed_list_offers_to_try_again(
    vera: Client, gateway: GatewayDouble, path: str, source: str, words: str
) -> None:
    gateway.down(f"GET /api/v1/{source}")
    answer = vera.get(path)
    assert answer.status_code == 503
    assert words in answer.content.decode()
    assert "Try again" in answer.content.decode()


@pytest.mark.parametrize("path", ["/orders", "/history"])
@pytest.mark.parametrize(
    ("before", "now", "is_typed"),
    [("", "ticker=AA", True), ("?ticker=AA", "ticker=AAPL", True), ("?ticker=AA", "", True),
     ("?ticker=AA&cursor=cD0y", "ticker=AAP", True), ("", "show=open&type=buy", False),
     ("?ticker=AA", "ticker=AA&show=open&type=buy", False)],
)  # fmt: skip
def test_what_is_typed_into_a_filter_adds_nothing_to_the_browsers_history(
    vera: Client, htmx: Callable, path: str, before: str, now: str, is_typed: bool
) -> None:
    headers = htmx("orders", **{"HX-Current-URL": f"http://testserver{path}{before}"})
    answer = vera.get(f"{path}?{now}", headers=headers)
    assert (answer.has_header("HX-Replace-Url"), answer.has_header("HX-Push-Url")) == (is_typed, not is_typed)
