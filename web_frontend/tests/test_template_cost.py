"""What a page writes fifty times is written as the libraries write it, without asking them fifty times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
import redis
from babel import Locale
from babel.dates import DateTimePattern, format_date, format_datetime
from django.template import Context, Engine, TemplateSyntaxError
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils.html import escape
from django.utils.translation import override

from web_frontend import date_texts
from web_frontend.templatetags import addresses
from web_frontend.templatetags.addresses import address
from web_frontend.templatetags.formatting import at
from web_frontend.tests.gateway_double import GatewayDouble

ZONES = (
    "UTC",
    "Europe/Moscow",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Miquelon",
)
#: Around both changes of the clock in Europe and America, the end of a year and a leap day.
DAYS = ("2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01", "2026-12-31", "2028-02-29", "1900-01-01")


def drawn(source: str, **values: Any) -> str:
    return Engine.get_default().from_string(source).render(Context(values))


@pytest.mark.parametrize(("language", "zone"), list(product(("en", "ru"), ZONES)))
def test_times_are_written_as_babel_writes_them(language: str, zone: str) -> None:
    locale = Locale.parse(language)
    for day, hour in product(DAYS, range(24)):
        moment = datetime.fromisoformat(f"{day}T{hour:02}:07:09.5+00:00").astimezone(ZoneInfo(zone))
        title = format_datetime(moment, "d MMMM y, HH:mm:ss zzzz", locale=locale)
        short = format_date(moment, "d MMM y" if language == "ru" else "MMM d, y", locale=locale)
        words = date_texts.day_text(moment.date(), language)
        clock = date_texts.time_text(moment)
        assert f"{words.long}, {clock} {date_texts.zone_text(moment, language)}" == escape(title)
        assert words.short == escape(short)


def test_fifty_times_of_one_day_ask_babel_for_the_day_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    apply = DateTimePattern.apply

    def counted(self: DateTimePattern, *args: Any, **kwargs: Any) -> str:
        asked.append(self)
        return apply(self, *args, **kwargs)

    monkeypatch.setattr(DateTimePattern, "apply", counted)
    date_texts.day_text.cache_clear()
    start = datetime(2026, 5, 5, 12, tzinfo=UTC)
    for second in range(50):
        assert f"12:00:{second:02}" in at((start + timedelta(seconds=second)).isoformat())
    assert len(asked) == 2  # short and long


def test_every_address_is_the_one_that_django_gives() -> None:
    known = get_resolver().reverse_dict
    names: dict[str, dict[str, Any]] = {name: known[name][3] for name in known if isinstance(name, str)}
    assert {"instruments", "instrument", "order", "order_cancel", "session_end"} <= set(names)
    for name, parts in names.items():
        if not parts:
            assert address(name) == reverse(name)
        for key in (str(uuid4()), "AAPL", "БИРЖА/1 &?#<", "a" * 36) if len(parts) == 1 else ():
            try:
                there = reverse(name, args=[key])
            except NoReverseMatch:
                with pytest.raises(NoReverseMatch):
                    address(name, key)
            else:
                assert address(name, key) == there
    with pytest.raises(NoReverseMatch):
        drawn("{% url 'order' order_id %}", order_id=None)
    for wrong in ("{% url %}", "{% url name %}", "{% url 'order' a b %}"):
        with pytest.raises(TemplateSyntaxError):
            drawn(wrong, name="orders", a="1", b="2")
    ticker = "A&B'<"
    source = "{% url 'instrument' key %}|{% url 'instrument' key as here %}{{ here }}"
    assert drawn(source, key=ticker) == "|".join([escape(reverse("instrument", args=[ticker]))] * 2)
    assert drawn("{% url 'order' key %}", key=UUID(int=7)) == reverse("order", args=[UUID(int=7)])


def test_fifty_ids_are_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(name: str, args: list[str]) -> str:
        asked.append(name)
        return reverse(name, args=args)

    monkeypatch.setattr(addresses, "reverse", counted)
    addresses._address.cache_clear()
    addresses._around_id.cache_clear()
    ids = [str(uuid4()) for _ in range(50)]
    page = drawn("{% for id in ids %}{% url 'order' id %} {% endfor %}", ids=ids)
    assert page.split() == [f"/orders/{order_id}" for order_id in ids]
    assert asked == ["order"]


def test_a_foreign_currency_and_a_foreign_name_are_escaped() -> None:
    with override("en"):
        sources = ("{{ v|money:c }}", "{{ v|average:c }}", "{{ v|signed_money:c }}", "{% change v None c %}")
        for source in sources:
            page = drawn(source, v="1.5", c="<b>")
            assert "&lt;b&gt;" in page
            assert "<b>" not in page
        assert drawn("{{ v|money }}{{ w|money }}", v="1.5", w="<b>") == "$1.50—"


def test_a_page_reads_its_session_tokens_and_unread_count_in_one_go(
    vera: Client, gateway: GatewayDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert vera.get("/portfolio").status_code == 200
    read: list[str] = []
    execute = redis.Redis.execute_command

    def counted(self: redis.Redis, command: str, *args: Any, **options: Any) -> Any:
        read.append(command)
        return execute(self, command, *args, **options)

    monkeypatch.setattr(redis.Redis, "execute_command", counted)
    gateway.requests.clear()
    assert vera.get("/portfolio").status_code == 200
    assert read == ["MGET"]
    parts = ("positions", "portfolio/history", "account")
    asked = [gateway.requests_to(f"GET /api/v1/{part}") for part in parts]
    assert [len(calls) for calls in asked] == [1, 1, 1]
    assert {call.headers["Authorization"] for calls in asked for call in calls} == {"Bearer access-1"}
    assert gateway.unread_requests
