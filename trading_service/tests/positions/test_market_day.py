"""When the market's day ends, the day's change begins anew from its closes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from servicekit.contracts.market import MarketDayClosed
from trading_service.positions.models import DayOpening
from trading_service.reference.models import ListedInstrument, MarketDay

pytestmark = pytest.mark.django_db

NOON = datetime(2025, 1, 31, 12, tzinfo=UTC)
#: After all that is quoted before.
LATER, LATEST = NOON + timedelta(hours=1), NOON + timedelta(hours=2)


def closed(number: int, *closes: tuple[Any, str], part: int = 1, parts: int = 1) -> MarketDayClosed:
    return MarketDayClosed(
        number=number,
        day="2012-06-12",
        next_day="2012-06-13",
        closed_at=NOON + timedelta(minutes=8 * number),
        part=part,
        parts=parts,
        closes=[[str(instrument.instrument_id), price] for instrument, price in closes],
    )


def day_of(answer: Any) -> tuple[str, str, str | None]:
    (row,) = answer.json()["results"]
    return row["previous_close"], row["day_change"], row["day_change_percent"]


def test_the_days_change_counts_from_the_markets_close(aapl, world, user_id, api) -> None:
    # given ten bought at 100.00 (fee 0.50), now at 101.00
    world.filled(user_id)
    world.quote("AAPL", "101.00", at=LATER)
    # when the day ends at 101.00 and the price goes on to 103.00
    world.deliver(closed(1, (aapl, "101.00")))
    assert day_of(api(user_id).get("/api/v1/positions")) == ("101.00", "0.00", "0.00")
    world.quote("AAPL", "103.00", at=LATEST)
    assert day_of(api(user_id).get("/api/v1/positions")) == ("101.00", "20.00", "1.98")
    # then what is bought now counts from its cost
    world.filled(user_id, quantity=5, price="102.00")
    assert day_of(api(user_id).get("/api/v1/positions"))[1] == "24.74"  # 20.00 + 5 × 1.00 − a fee of 0.26
    # and once more
    world.deliver(closed(2, (aapl, "103.00")))
    assert day_of(api(user_id).get("/api/v1/positions")) == ("103.00", "0.00", "0.00")


def test_what_was_sold_on_the_day_counts_by_what_it_brought(aapl, world, user_id, api) -> None:
    world.filled(user_id)
    world.deliver(closed(1, (aapl, "101.00")))
    world.filled(user_id, side="sell", quantity=4, price="102.00")
    world.quote("AAPL", "101.50", at=LATER)
    # six units gained 0.50 each; four brought 1.00 each less a fee of 0.21
    assert day_of(api(user_id).get("/api/v1/positions"))[1] == "6.79"


def test_a_day_received_again_or_late_changes_nothing(aapl, world, user_id) -> None:
    world.filled(user_id)
    world.deliver(closed(5, (aapl, "101.00")))
    world.filled(user_id, quantity=1)
    noted = list(DayOpening.objects.values_list("bought_quantity"))
    world.deliver(closed(5, (aapl, "101.00")))
    world.deliver(closed(4, (aapl, "90.00")))
    assert list(DayOpening.objects.values_list("bought_quantity")) == noted == [(10,)]
    assert ListedInstrument.objects.get(id=aapl.instrument_id).previous_close == 101
    assert MarketDay.objects.get().number == 5


def test_all_parts_of_a_day_count(aapl, world, user_id) -> None:
    msft = world.list_instrument("MSFT")
    world.deliver(closed(1, (msft, "31.00"), part=2, parts=2))
    world.deliver(closed(1, (aapl, "101.00"), part=1, parts=2))
    assert sorted(ListedInstrument.objects.values_list("previous_close", flat=True)) == [31, 101]
