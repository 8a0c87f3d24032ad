"""Operators pause, resume, speed up, end a day and go to another, each with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from market_service.clock.models import MarketClock
from market_service.clock.selectors import clock_now
from market_service.venue.services import market_advance
from servicekit.audit.models import AuditEntry
from servicekit.testing.admin import confirm, operation_address

pytestmark = pytest.mark.django_db


def test_the_operations(operator: Client, replayed: Any) -> None:
    replayed()
    market_advance()
    clock = MarketClock.objects.get()
    for name, fields in {
        "pause": {},
        "resume": {},
        "speed": {"speed": "0.5"},
        "go": {"day": "2012-06-14"},
        "end-day": {},
    }.items():
        assert confirm(operator, name, clock, **fields).status_code == 302, name
    now = clock_now()
    assert (now.scale, now.closing, now.day) == (0.5, True, date(2012, 6, 14))
    done = list(AuditEntry.objects.order_by("id").values_list("action", "reason"))
    named = ["market.pause", "market.resume", "market.speed", "market.go", "market.end_day"]
    assert done == [(action, "a test") for action in named]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("speed", {"speed": "0"}),
        ("speed", {"speed": "1e9"}),
        ("go", {"day": "1999-01-01"}),
        ("go", {"day": ""}),
    ],
)
def test_what_cannot_be_is_said(operator: Client, replayed: Any, name: str, fields: dict[str, str]) -> None:
    replayed()
    market_advance()
    assert confirm(operator, name, MarketClock.objects.get(), **fields).status_code == 200
    assert (clock_now().scale, clock_now().day) == (0.1, date(2012, 6, 13))


def test_a_page_says_what_day_it_is_and_offers_what_can_be(
    operator: Client, replayed: Any, settings: Any
) -> None:
    replayed()
    market_advance()
    clock = MarketClock.objects.get()
    page = operator.get("/admin/market/clock/marketclock/1/change/")
    html = page.content.decode()
    assert "2012-06-13" in html
    assert operation_address("pause", clock).replace("&", "&amp;") in html
    assert operation_address("resume", clock) not in html
    russian = operator.get(operation_address("go", clock), headers={"Accept-Language": "ru"}).content.decode()
    assert "Перейти к дате" in russian
    assert operator.get("/admin/market/clock/marketclock/").status_code == 200
    assert operator.get("/admin/market/clock/marketclock/add/").status_code == 403
    settings.QUOTE_FEED = "manual"
    market_advance()
    assert (
        operation_address("speed", clock)
        not in operator.get("/admin/market/clock/marketclock/1/change/").content.decode()
    )
