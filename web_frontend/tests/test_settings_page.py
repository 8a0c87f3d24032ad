"""/settings and /help: what a person chooses is kept in the browser and seen on every page."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from web_frontend.display import zones

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


@pytest.mark.parametrize("word", ["lot", "price-step", "limit-order", "market-order"])
def test_the_words_of_a_ticket_have_their_place(client: Client, word: str) -> None:
    assert f'<div id="{word}">' in client.get("/help").content.decode()
