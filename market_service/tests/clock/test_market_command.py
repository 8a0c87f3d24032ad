"""``manage market`` and the admin set the clock; each is in the audit trail."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from market_service.clock.selectors import clock_now
from market_service.venue.services import market_advance
from servicekit.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def market(*words: str) -> str:
    out = StringIO()
    call_command("market", *words, stdout=out)
    return out.getvalue()


def test_what_it_says_and_does(replayed: Any) -> None:
    replayed()
    market_advance()
    assert market() == market("status") == "2012-06-13 10:00 (replay, speed 0.1)\n"
    assert market("pause") == "2012-06-13 10:00 (replay, paused)\n"
    assert market("pause") == "2012-06-13 10:00 (replay, paused)\n"  # which it is already
    assert market("resume") == "2012-06-13 10:00 (replay, speed 0.1)\n"
    assert market("speed", "0.2") == "2012-06-13 10:00 (replay, speed 0.2)\n"
    assert market("go", "2012-06-18").startswith("2012-06-18 10:00")
    assert "will be closed" in market("next")
    market_advance()
    assert clock_now().day == date(2012, 6, 19)
    done = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert done == ["market.pause", "market.resume", "market.speed", "market.go", "market.end_day"]


def test_a_day_that_is_ended_while_the_market_is_paused(replayed: Any) -> None:
    replayed()
    market_advance()
    market("pause")
    market("next")
    market_advance()
    now = clock_now()
    assert (now.day, now.paused, now.share) == (date(2012, 6, 14), True, 0)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("speed", "0"), "The speed must be from 0.1 to 2880, not 0."),
        (("speed", "nan"), "The speed must be from 0.1 to 2880, not nan."),
        (("go", "2013-06-18"), "The history is from 2012-06-12 to 2012-06-18; 2013-06-18 is not within it."),
    ],
)
def test_what_cannot_be(replayed: Any, words: tuple[str, ...], says: str) -> None:
    replayed()
    market_advance()
    with pytest.raises(CommandError) as refused:
        market(*words)
    assert str(refused.value) == says
    with pytest.raises(CommandError, match="argument DAY"):
        market("go", "yesterday")


@pytest.mark.parametrize("words", [("speed", "2"), ("next",), ("go", "2012-06-18")])
def test_only_a_replay_has_a_speed_and_days_of_its_own(
    settings: Any, listed: Any, words: tuple[str, ...]
) -> None:
    settings.QUOTE_FEED = "manual"
    listed("AAPL")
    with pytest.raises(CommandError, match="Only a replay can do that; the feed of this market is manual"):
        market(*words)
    assert "paused" in market("pause")
    assert "(manual)" in market("resume")


def test_a_market_without_instruments_has_no_day(settings: Any) -> None:
    settings.QUOTE_FEED = "replay"
    with pytest.raises(CommandError, match="Nothing is listed yet"):
        market()
