"""What a page does once and not once a row: its language, its texts, its clients, its fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from threading import Event
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import redis
from django.forms.renderers import TemplatesSetting
from django.template import Context, Engine
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import override

from web_frontend.accounts.forms import SignUpForm
from web_frontend.gateway_client import Gateway
from web_frontend.history.views import FilterForm
from web_frontend.market_clock import clock
from web_frontend.market_clock.clock import MarketClock
from web_frontend.page_locale import fixed_page_locale, page_locale
from web_frontend.templatetags import remembered
from web_frontend.tests.gateway_double import GatewayDouble, SentRequest, recorded
from web_frontend.widgets import FieldRenderer

LISTS = ("/", "/orders", "/portfolio", "/history", "/notifications")


def pages_of(gateway: GatewayDouble, rows: int) -> None:
    """From now on each list has so many rows, like its first one."""
    for name in ("instruments", "orders", "positions", "operations", "notifications"):
        answer = recorded(name)
        gateway.answer(f"GET /api/v1/{name}", {**answer, "results": answer["results"][:1] * rows})


class Counted:
    """How often a function is called."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: type | ModuleType, name: str) -> None:
        self.calls = 0
        function = getattr(owner, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            return function(*args, **kwargs)

        monkeypatch.setattr(owner, name, counted)

    def during(self, ask: Callable[[], Any]) -> int:
        """The calls while something is asked for."""
        before = self.calls
        assert ask().status_code == 200
        return self.calls - before


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("page", LISTS)
def test_rows_ask_for_neither_the_language_nor_the_zone(
    vera: Client, gateway: GatewayDouble, monkeypatch: pytest.MonkeyPatch, page: str, language: str
) -> None:
    counts = [
        Counted(monkeypatch, translation._trans, "get_language"),  # type: ignore[attr-defined]
        Counted(monkeypatch, timezone, "get_current_timezone"),
    ]
    asked = []
    for rows in (1, 1, 50):  # the first fills what is remembered
        pages_of(gateway, rows)
        asked.append(
            [one.during(lambda: vera.get(page, headers={"Accept-Language": language})) for one in counts]
        )
    assert asked[1] == asked[2]


@pytest.mark.parametrize("page", ["/", "/history", "/notifications"])
def test_rows_look_no_constant_text_up(
    vera: Client, gateway: GatewayDouble, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    count = Counted(monkeypatch, translation._trans, "gettext")  # type: ignore[attr-defined]
    asked = []
    for rows in (1, 1, 50):
        pages_of(gateway, rows)
        asked.append(count.during(lambda: vera.get(page, headers={"Accept-Language": "ru"})))
    assert asked[1] == asked[2]


def test_a_constant_text_is_the_one_that_django_gives() -> None:
    sources = (
        '{% translate "Orders" %}',
        '{% translate "Buy" context "verb" %}',
        '{% translate "Buy" context "noun" %}',
        '{% translate "Buy" context kind %}',
        '{% translate "Orders" as title %}<{{ title }}>',
        '{% translate "Orders" noop %}',
        '{% translate "Orders"|lower %}',
        '{% translate "100 % of <b> &" %}',
        "{% translate word %}",
    )
    for source, language in product(sources, ("en", "ru", "en")):
        with override(language):
            values = Context({"word": "Orders & <b>", "kind": "noun"})
            ours, djangos = (
                Engine.get_default().from_string(load + source) for load in ("", "{% load i18n %}")
            )
            assert ours.render(values) == djangos.render(values)


def test_a_page_makes_no_redis_client(
    vera: Client, gateway: GatewayDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    vera.get("/history")
    assert Counted(monkeypatch, redis.Redis, "__init__").during(lambda: vera.get("/history")) == 0


def test_nothing_is_compressed_for_a_socket(vera: Client, gateway: GatewayDouble) -> None:
    vera.get("/portfolio")
    assert gateway.requests
    assert not any("Accept-Encoding" in asked.headers for asked in gateway.requests)


def test_a_page_keeps_its_language_and_zone_and_no_longer() -> None:
    with override("ru"), timezone.override(ZoneInfo("Asia/Kolkata")):
        with fixed_page_locale(), override("en"), timezone.override(ZoneInfo("UTC")):
            assert (page_locale().language, str(page_locale().zone)) == ("ru", "Asia/Kolkata")
        with override("en"):
            assert page_locale().language == "en"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_fields_are_drawn_as_django_draws_them(language: str) -> None:
    typed = {"type": "buy", "ticker": '"><b>&', "since": "2026-02-03", "until": "x", "username": "'<"}
    with override(language):
        for data, form in product((None, {}, typed), (FilterForm, SignUpForm)):
            ours, djangos = (
                form(data, renderer=renderer()) for renderer in (FieldRenderer, TemplatesSetting)
            )
            for name in ours.fields:
                assert str(ours[name]) == str(djangos[name])
                assert ours[name].as_hidden() == djangos[name].as_hidden()


def test_the_filters_cost_one_template_a_field(vera: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    vera.get("/history")
    assert Counted(monkeypatch, TemplatesSetting, "get_template").during(lambda: vera.get("/history")) == 4


@pytest.mark.parametrize("page", LISTS)
def test_what_was_written_is_not_written_again(
    vera: Client, gateway: GatewayDouble, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    pages_of(gateway, 50)
    shown = [without_tokens(vera.get(page).content.decode())]
    count = Counted(monkeypatch, remembered, "get_template")
    assert count.during(lambda: vera.get(page)) == 0
    shown.append(without_tokens(vera.get(page).content.decode()))
    assert shown[0] == shown[1]


def without_tokens(page: str) -> str:
    return re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", page)


def test_what_is_remembered_is_what_an_include_writes_for_the_same_values_and_reader() -> None:
    (buy, deposit) = recorded("operations")["results"]
    ours, djangos = (
        Engine.get_default().from_string(source)
        for source in (
            '{% remembered "history/row.html" operation=operation %}',
            '{% include "history/row.html" %}',
        )
    )
    written = set()
    for operation, language, zone in product(
        (buy, deposit, {**buy, "fee": "2.16"}), ("en", "ru"), ("UTC", "Asia/Kolkata")
    ):
        with override(language), timezone.override(ZoneInfo(zone)):
            for _ in range(2):
                part = ours.render(Context({"operation": operation}))
                assert part == djangos.render(Context({"operation": operation}))
        written.add(part)
    assert len(written) == 12


def test_a_remembered_form_has_the_token_of_its_page(vera: Client, gateway: GatewayDouble) -> None:
    pages = [vera.get("/notifications").content.decode() for _ in range(2)]
    tokens = [set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]*)"', page)) for page in pages]
    assert [len(found) for found in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
    assert not any(remembered.TOKEN in page for page in pages)


def test_a_page_goes_on_while_an_answer_is_on_its_way(gateway: GatewayDouble) -> None:
    may_answer = Event()
    gateway.answer_by("GET /api/v1/watchlist", lambda asked: (200, {"waited": may_answer.wait(60)}))
    answer = Gateway(token=lambda: None).ask("/api/v1/watchlist")
    may_answer.set()
    assert answer() == {"waited": True}


@pytest.mark.parametrize("page", [*LISTS, "/cash", "/alerts"])
def test_a_page_is_begun_before_its_answers_are_there(
    vera: Client, gateway: GatewayDouble, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    has_header, read, respond = Event(), clock.clock_read, gateway.respond

    def read_below_the_header(gateway: Gateway) -> MarketClock:
        has_header.set()
        return read(gateway)

    def respond_later(asked: SentRequest) -> tuple[int, Any, dict[str, str]]:
        of_every_page = asked.path == "/api/v1/market" or "unread" in asked.query
        assert of_every_page or has_header.wait(60)
        return respond(asked)

    monkeypatch.setattr(clock, "clock_read", read_below_the_header)
    monkeypatch.setattr(gateway, "respond", respond_later)
    answer = vera.get(page)
    assert answer.status_code == 200
    assert "Your data is safe" not in answer.content.decode()
    assert gateway.requests


def test_what_somebody_makes_up_at_length_is_not_remembered(vera: Client) -> None:
    kept = remembered._written.cache_info
    before = kept().currsize
    assert vera.get("/help?" + "&" * remembered.VALUES_BYTES).status_code == 200
    assert kept().currsize <= before + 1  # the footer
