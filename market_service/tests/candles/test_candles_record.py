"""Given quotes and trades, then the running minute has them, in the transaction that writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from market_service.candles.models import RecentMinute
from market_service.candles.services import Change, candles_record
from market_service.quotes.feeds import simulated
from market_service.quotes.services import quote_set
from market_service.tests.venue.book import alone, order
from market_service.venue.services import quotes_advance
from servicekit.testing.sent import Sent

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 9, 30, 12, 345678, UTC)


def bars() -> list[tuple]:
    """Open, high, low, close and volume of every minute, by time."""
    names = ("open", "high", "low", "close", "volume")
    return list(RecentMinute.objects.order_by("time").values_list(*names))


def prices(*texts: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, texts))


def test_prices_of_one_minute_are_one_bar(listed: Any) -> None:
    id_ = listed("AAPL").pk
    RecentMinute.objects.all().delete()
    candles_record([Change(id_, Decimal(10)), Change(id_, Decimal(12), 5), Change(id_, Decimal(9))], at=AT)
    candles_record([Change(id_, Decimal(11), 7)], at=AT.replace(second=59))
    candles_record([Change(id_, Decimal(20))], at=AT.replace(minute=31, second=0, microsecond=0))

    assert bars() == [(*prices("10", "12", "9", "11"), 12), (*prices("20", "20", "20", "20"), 0)]
    assert RecentMinute.objects.earliest("time").time == AT.replace(second=0, microsecond=0)


def test_what_is_rolled_back_is_not_recorded(listed: Any) -> None:
    id_ = listed("AAPL").pk
    RecentMinute.objects.all().delete()
    with transaction.atomic():
        candles_record([Change(id_, Decimal(10))], at=AT)
        transaction.set_rollback(True)

    assert bars() == []


def test_every_way_of_a_quote_is_recorded(listed: Any, settings: Any) -> None:
    instrument = listed("AAPL")
    assert bars()[0][0] == Decimal("430.47")  # its first quote
    RecentMinute.objects.all().delete()
    settings.QUOTE_FEED = "simulated"
    quotes_advance()
    instrument.quote.refresh_from_db()
    assert bars()[-1][3] == instrument.quote.price
    quote_set(instrument_id=instrument.pk, price=Decimal("431.00"), price_step=instrument.price_step)
    assert bars()[-1][3] == Decimal("431.00")


def test_a_quote_that_waited_for_resting_orders_is_recorded_with_their_trades(
    listed: Any, deliver: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    instrument = listed("AAPL")
    deliver(order(instrument, "buy", 10, "430.00"))
    RecentMinute.objects.all().delete()
    settings.QUOTE_FEED = "simulated"
    monkeypatch.setattr(simulated, "walked", lambda row, scale: Decimal("429.50"))
    quotes_advance()

    recorded = bars()
    assert recorded[0][0] == Decimal("430.00")
    assert recorded[-1][3] == Decimal("429.50")
    assert sum(bar[4] for bar in recorded) == 10


def test_trades_are_recorded_with_their_quantities(listed: Any, deliver_many: Any) -> None:
    instrument = alone(listed("AAPL"))
    RecentMinute.objects.all().delete()
    deliver_many([order(instrument, "sell", 5, "431.00"), order(instrument, "sell", 5, "432.00")])
    assert bars() == []  # an order that rests is no price
    deliver_many([order(instrument, "buy", 8, "433.00")])

    recorded = bars()
    assert recorded[0][0] == Decimal("431.00")
    assert recorded[-1][3] == Decimal("432.00")
    assert sum(bar[4] for bar in recorded) == 8


@pytest.mark.parametrize("count", [1, 30])
def test_a_tick_records_with_one_statement(listed: Any, settings: Any, count: int) -> None:
    settings.QUOTE_FEED = "simulated"
    for number in range(count):
        listed(f"T{number}")
    quotes_advance()
    with Sent() as sent:
        quotes_advance()
    assert sum("candles_recentminute" in text for text in sent.statements) == 1
    assert RecentMinute.objects.count() >= count
