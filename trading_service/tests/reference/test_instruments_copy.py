"""instruments_copy: market has listed or changed instruments."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from trading_service.reference.models import LatestQuote, ListedInstrument
from trading_service.tests.conftest import NOON

pytestmark = pytest.mark.django_db


def test_an_instrument_is_kept_with_its_quote(world) -> None:
    listed = world.list_instrument(price="430.47", lot_size=10)
    instrument = ListedInstrument.objects.get(id=listed.instrument_id)
    assert (instrument.ticker, instrument.lot_size, instrument.previous_close) == ("AAPL", 10, Decimal(99))
    assert (instrument.quote.price, instrument.quote.price_at) == (Decimal("430.47"), NOON)


def test_the_name_is_in_the_active_language(world) -> None:
    world.list_instrument()
    instrument = ListedInstrument.objects.get()
    assert instrument.name == "AAPL Inc."
    with translation.override("ru"):
        assert instrument.name == "Акции AAPL"


def test_a_newer_description_replaces_the_older(world) -> None:
    listed = world.list_instrument(sequence=1)
    world.list_instrument(instrument_id=listed.instrument_id, sequence=2, status="halted")
    assert ListedInstrument.objects.get().status == "halted"


def test_an_older_description_comes_too_late(world) -> None:
    listed = world.list_instrument(sequence=2, status="halted")
    world.list_instrument(instrument_id=listed.instrument_id, sequence=1, status="open")
    assert ListedInstrument.objects.get().status == "halted"


def test_a_description_never_brings_an_older_quote_back(world) -> None:
    listed = world.list_instrument(sequence=1, price="100.00", price_at=NOON)
    world.list_instrument(
        instrument_id=listed.instrument_id, sequence=2, price="90.00", price_at=NOON - timedelta(seconds=1)
    )
    assert ListedInstrument.objects.get().version == 2
    assert LatestQuote.objects.get().price == 100


def test_many_are_two_statements(world, deliver_many) -> None:
    listed = [world.list_instrument(f"T{index}") for index in range(20)]
    changed = [dataclasses.replace(each, lot_size=7, price=Decimal(5)) for each in listed]

    def statements(events) -> int:
        with CaptureQueriesContext(connection) as queries:
            deliver_many([(each, 2) for each in events])
        return len(queries)

    assert statements(changed[:1]) == statements(changed[1:])
    assert set(ListedInstrument.objects.values_list("lot_size", "version")) == {(7, 2)}
