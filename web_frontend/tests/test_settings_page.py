"""/settings and /help: what a person chooses is kept in the browser and seen on every page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

import web_frontend
from web_frontend.display import zones
from web_frontend.help.glossary import GLOSSARY
from web_frontend.tests.gateway_double import GatewayDouble, recorded

CHOSEN = {
    "language": "ru", "theme": "dark", "colours": "blue_orange", "zone": "Asia/Tokyo", "shortcuts": "off"
}  # fmt: skip


def test_what_is_chosen_is_on_every_page(client: Client) -> None:
    page = client.post("/settings", CHOSEN, follow=True).content.decode()
    assert "Настройки сохранены." in page
    for path in ("/settings", "/help", "/sign-in"):
        page = client.get(path).content.decode()
        assert '<html lang="ru" data-theme="dark" data-colours="blue_orange" data-shortcuts="off">' in page
        assert "Asia/Tokyo" in page.rpartition("<footer")[2]  # the zone of its times
    form = client.get("/settings").content.decode()
    for value in CHOSEN.values():
        assert f'<option value="{value}" selected>' in form


def shown_after_sign_in(client: Client, gateway: GatewayDouble, **profile: str) -> str:
    """The head of a page after a sign-in."""
    gateway.answer("GET /api/v1/users/me", recorded("user", **profile))
    client.post("/sign-in", {"username": "vera", "password": "x9-long-enough"})
    return client.get("/help").content.decode()


def test_what_was_chosen_follows_a_person_to_another_browser(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("PATCH /api/v1/users/me", recorded("user"))
    vera.post("/settings", CHOSEN)
    kept = gateway.requests_to("PATCH /api/v1/users/me")[0].body
    assert kept == {
        "locale": "ru", "theme": "dark", "colours": "blue_orange", "time_zone": "Asia/Tokyo"
    }  # fmt: skip

    page = shown_after_sign_in(Client(headers={"Accept-Language": "en"}), gateway, **kept)
    assert '<html lang="en" data-theme="dark" data-colours="blue_orange">' in page
    assert "Asia/Tokyo" in page.rpartition("<footer")[2]


def test_what_was_chosen_nowhere_stays_as_the_browser_has_it(browser: Client, gateway: GatewayDouble) -> None:
    browser.post("/settings", CHOSEN | {"language": "en"})
    page = shown_after_sign_in(browser, gateway, theme="", colours="", time_zone="UTC")
    assert '<html lang="en" data-theme="dark" data-colours="blue_orange" data-shortcuts="off">' in page
    assert "Asia/Tokyo" in page.rpartition("<footer")[2]


@pytest.mark.parametrize("status", [200, 503])
def test_a_sign_in_does_not_fail_for_how_pages_look(
    browser: Client, gateway: GatewayDouble, status: int
) -> None:
    answer = {"code": "service_unavailable", "detail": "x"} if status == 503 else {"theme": "pink"}
    gateway.answer("GET /api/v1/users/me", answer, status)
    done = browser.post("/sign-in", {"username": "vera", "password": "x9-long-enough"})
    assert (done.status_code, done["Location"]) == (303, "/portfolio")
    assert '<html lang="en">' in browser.get("/help").content.decode()


@pytest.mark.parametrize("field", ["language", "theme", "colours", "zone", "shortcuts"])
def test_what_cannot_be_chosen_is_refused_at_its_field(client: Client, field: str) -> None:
    answer = client.post("/settings", CHOSEN | {field: "nonsense"})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert settings.DISPLAY_COOKIE_NAME not in answer.cookies


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "nonsense",
        "theme=evil%22%3E",
        "&" * 150,
        "zone=../../etc/passwd",
        "theme=dark&x=1&" * 9,
        "\x00",
    ],
)
def test_a_spoilt_cookie_is_as_if_nothing_was_chosen(client: Client, cookie: str) -> None:
    client.cookies[settings.DISPLAY_COOKIE_NAME] = cookie
    assert '<html lang="en">' in client.get("/help").content.decode()


def test_every_zone_can_be_chosen(client: Client) -> None:
    for zone in zones()[::60]:
        client.cookies[settings.DISPLAY_COOKIE_NAME] = urlencode({"zone": zone})
        assert client.get("/help").status_code == 200


def test_every_word_of_the_help_is_linked_from_where_it_stands(client: Client) -> None:
    templates = (Path(web_frontend.__file__).parent / "templates").rglob("*.html")
    linked = re.findall(r"{% url 'help' %}#([a-z-]+)", "".join(page.read_text("utf-8") for page in templates))
    page = client.get("/help").content.decode()
    assert {*linked} == {"first-steps", *(term.id for term in GLOSSARY)}
    assert all(f' id="{word}">' in page for word in linked)


def test_the_source_is_linked_where_the_operator_says_where_it_is(client: Client, settings: Any) -> None:
    assert "Source code" not in client.get("/help").content.decode()
    settings.SOURCE_URL = "https://example.org/birzha"
    assert client.get("/help").content.decode().count('href="https://example.org/birzha"') == 2
