"""GET /api/v1/market says what day it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from market_service.clock.models import MarketClock
from market_service.venue.services import market_advance

pytestmark = pytest.mark.django_db


def market(client: Client) -> Any:
    answer = client.get("/api/v1/market")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "public, max-age=3"
    return answer.json()


def test_a_replayed_day(client: Client, replayed: Any, at: Any) -> None:
    replayed()
    market_advance()
    at(0.5)
    MarketClock.objects.update(speed=60)
    seen = market(client)
    assert seen.pop("next_close_at").endswith("Z")
    assert seen.pop("time")[:11] == "2012-06-13T"
    assert seen == {
        "day": "2012-06-13", "status": "open", "feed": "replay", "speed": "60", "paused": False,
        "currency": "USD", "simulated": True,
    }  # fmt: skip


def test_a_paused_one_and_one_that_is_being_closed(client: Client, replayed: Any, at: Any) -> None:
    replayed()
    market_advance()
    MarketClock.objects.update(paused=True)
    seen = market(client)
    assert (seen["paused"], seen["speed"], seen["next_close_at"], seen["status"]) == (True, "0", None, "open")
    at(1)
    assert market(client)["status"] == "closed"


def test_a_market_without_a_day_yet_is_the_calendars(client: Client, settings: Any) -> None:
    settings.QUOTE_FEED = "simulated"
    seen = market(client)
    assert (seen["feed"], seen["speed"], seen["status"]) == ("simulated", "1", "open")
    assert seen["day"] == seen["time"][:10]
