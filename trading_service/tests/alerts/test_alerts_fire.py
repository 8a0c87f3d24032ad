"""Alerts fire once, with the quote that reaches them, and the tick that brings it stays cheap."""

from __future__ import annotations

import dataclasses
import json
import threading
from datetime import timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from servicekit.contracts.market import QuotesUpdated
from servicekit.ids import new_id
from servicekit.messaging.models import OutboxEvent
from servicekit.testing.plans import plans_of
from trading_service.alerts import services
from trading_service.alerts.handlers import on_quotes_updated
from trading_service.alerts.models import AlertBook, PriceAlert
from trading_service.alerts.services.alerts_split import alerts_split
from trading_service.alerts.tasks import alerts_announce
from trading_service.reference.models import LatestQuote, ListedInstrument
from trading_service.tests.conftest import NOON

alerts_fire = import_module("trading_service.alerts.services.alerts_fire")


def tick(number: int, **quotes: str) -> None:
    """A message of the stream of quotes."""
    known = dict(ListedInstrument.objects.values_list("ticker", "id"))
    on_quotes_updated(
        QuotesUpdated(
            quotes=[[str(known[ticker]), price] for ticker, price in quotes.items()],
            confirmed_at=NOON + timedelta(seconds=number),
            number=number,
            complete_since=0,
        )
    )


def wait_for(user_id, price: str, ticker: str = "AAPL") -> PriceAlert:
    return services.alert_set(user_id=user_id, ticker=ticker, price=Decimal(price))[0]


def fired() -> list[tuple[str, str, str]]:
    events = OutboxEvent.objects.filter(type="trading.alert.fired.v1").order_by("outbox_seq")
    told = [json.loads(event.envelope)["data"] for event in events]
    return [(row["direction"], row["price"], row["quote"]) for row in told]


@pytest.mark.django_db
def test_a_price_reached_or_passed_fires_once(aapl, world, user_id) -> None:
    world.list_instrument("MSFT")
    for price in ("101", "102", "103", "99", "98"):
        wait_for(user_id, price)
    wait_for(user_id, "101", "MSFT")
    tick(1, AAPL="100.99")
    assert fired() == []
    tick(2, AAPL="102.00")
    above = [("above", "101.00000000", "102.00000000"), ("above", "102.00000000", "102.00000000")]
    assert sorted(fired()) == above
    for number, price in enumerate(("102.50", "100", "102.50", "102.10"), start=3):
        tick(number, AAPL=price)
    assert sorted(fired()) == above
    tick(9, AAPL="98.50")
    assert fired()[2:] == [("below", "99.00000000", "98.50000000")]
    alert = PriceAlert.objects.get(price=99)
    assert (alert.fired_at, alert.fired_price) == (NOON + timedelta(seconds=9), Decimal("98.5"))
    assert PriceAlert.objects.filter(fired_at=None).count() == 3


@pytest.mark.django_db
def test_a_message_of_before_fires_nothing(aapl, user_id) -> None:
    tick(2, AAPL="101")
    wait_for(user_id, "103")
    tick(1, AAPL="104")
    tick(2, AAPL="101")
    assert fired() == []


@pytest.mark.django_db
def test_the_quote_of_an_instruments_description_fires_too(aapl, world, user_id) -> None:
    wait_for(user_id, "110")
    world.deliver(
        dataclasses.replace(aapl, price=Decimal(111), price_at=NOON + timedelta(days=1)), sequence=2
    )
    assert fired() == [("above", "110.00000000", "111.00000000")]


@pytest.mark.django_db
def test_a_deleted_alert_does_not_fire(aapl, user_id) -> None:
    services.alert_delete(user_id=user_id, alert_id=wait_for(user_id, "110").id)
    tick(1, AAPL="120")
    assert fired() == []


@pytest.mark.django_db
def test_of_many_at_once_the_sweep_tells_the_rest(aapl, monkeypatch) -> None:
    monkeypatch.setattr(alerts_fire, "PORTION", 3)
    for _ in range(8):
        wait_for(new_id(), "110")
    tick(1, AAPL="111")
    assert (len(fired()), PriceAlert.objects.filter(fired_at=None).count()) == (3, 0)
    assert alerts_announce() == 5
    assert (len(fired()), alerts_announce()) == (8, 0)
    assert len({event.subject for event in OutboxEvent.objects.filter(type="trading.alert.fired.v1")}) == 8


@pytest.mark.django_db(transaction=True)
def test_no_quote_comes_between_the_look_at_the_price_and_the_alert(aapl, user_id) -> None:
    """A quote that is received while an alert is being set waits for it, and fires it."""
    came = threading.Event()

    def receive() -> None:
        tick(1, AAPL="111")
        came.set()
        connections.close_all()

    thread = threading.Thread(target=receive)
    with transaction.atomic():
        wait_for(user_id, "110")
        thread.start()
        assert not came.wait(0.3)
    thread.join(60)
    assert fired() == [("above", "110.00000000", "111.00000000")]


@pytest.mark.django_db
def test_fired_ones_are_kept_up_to_a_number(aapl, user_id, monkeypatch) -> None:
    monkeypatch.setattr(import_module("trading_service.alerts.services.alert_set"), "KEPT_FIRED", 2)
    for number, price in enumerate((101, 102, 103, 104), start=1):
        wait_for(user_id, str(price))
        tick(number, AAPL=str(price))
    wait_for(user_id, "105")
    assert set(PriceAlert.objects.values_list("price", flat=True)) == {103, 104, 105}
    assert len(fired()) == 4


@pytest.mark.django_db
def test_a_split_divides_what_is_waited_for_and_fires_nothing(aapl, world, user_id) -> None:
    world.list_instrument("MSFT")
    for ticker in ("AAPL", "MSFT"):
        wait_for(user_id, "110", ticker)
    LatestQuote.objects.filter(instrument=aapl.instrument_id).update(price="66.67")
    alerts_split(instrument_id=aapl.instrument_id, old_units=2, new_units=3)
    assert fired() == []
    prices = dict(PriceAlert.objects.values_list("instrument__ticker", "price"))
    assert prices == {"AAPL": Decimal("73.33333333"), "MSFT": Decimal(110)}
    LatestQuote.objects.filter(instrument=aapl.instrument_id).delete()
    for _ in range(3):  # however far: a price that can be kept, and no error
        alerts_split(instrument_id=aapl.instrument_id, old_units=1_000_000, new_units=1)
    for _ in range(6):
        alerts_split(instrument_id=aapl.instrument_id, old_units=1, new_units=1_000_000)
    assert PriceAlert.objects.get(instrument=aapl.instrument_id).price == Decimal("0.00000001")


_SEED = """
INSERT INTO alerts_pricealert (
    id, book_id, instrument_id, direction, price, created_at, announced, request_id
)
SELECT gen_random_uuid(), %(book)s, instrument.id, direction,
    CASE direction WHEN 'above' THEN 200 ELSE 50 END, now(), false, ''
FROM reference_listedinstrument AS instrument, unnest(ARRAY['above', 'below']) AS direction,
    generate_series(1, %(each)s)
"""


@pytest.mark.django_db
def test_a_tick_looks_once_and_by_an_index_however_many_wait(aapl, world) -> None:
    names = [f"T{number}" for number in range(50)]
    ids = [world.list_instrument(name).instrument_id for name in names]
    book = AlertBook.objects.create(user_id=new_id())
    tick(1, T1="101")

    def asked(number: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            tick(number, **dict.fromkeys(names, f"10{number}"))
        return len(queries)

    before = asked(2)
    with connection.cursor() as cursor:
        cursor.execute(_SEED, {"book": book.user_id, "each": 200})
        cursor.execute("ANALYZE alerts_pricealert")
    assert asked(3) == before
    (plan,) = plans_of(lambda: alerts_fire.alerts_fire(instrument_ids=ids))
    assert plan.indexes >= {"alert_waiting"}
    assert "alerts_pricealert" not in plan.read_whole
