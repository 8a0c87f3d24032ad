"""quotes_receive, quotes_copy: the stream of the latest quotes."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servicekit.contracts.market import QuotesUpdated
from servicekit.ids import new_id
from trading_service.reference.models import LatestQuote, ListedInstrument
from trading_service.reference.selectors import price_true_at, quotes_confirmed_at
from trading_service.reference.services import quotes_receive
from trading_service.tests.conftest import NOON

pytestmark = pytest.mark.django_db


def receive(number: int, quotes: dict, *, seconds: int | None = None, complete_since: int = 0) -> datetime:
    """A message of the stream; returns the moment as of which it confirms the quotes."""
    at = NOON + timedelta(seconds=number if seconds is None else seconds)
    quotes_receive(
        message=QuotesUpdated(
            quotes=[[str(id_), price] for id_, price in quotes.items()],
            confirmed_at=at,
            number=number,
            complete_since=complete_since,
        )
    )
    return at


def prices() -> dict:
    return dict(LatestQuote.objects.values_list("instrument_id", "price"))


def price_at(instrument_id) -> datetime | None:
    instrument = ListedInstrument.objects.select_related("quote").get(id=instrument_id)
    return price_true_at(
        instrument.quote.price_at, status=instrument.status, confirmed_at=quotes_confirmed_at()
    )


def test_newer_quotes_win_and_older_ones_do_not(world) -> None:
    aapl = world.list_instrument("AAPL").instrument_id
    msft = world.list_instrument("MSFT", price_at=NOON + timedelta(seconds=9)).instrument_id
    receive(1, {aapl: "101.5", msft: "7"})
    assert prices() == {aapl: Decimal("101.5"), msft: Decimal(100)}


def test_a_message_received_again_or_late_changes_nothing(world) -> None:
    aapl = world.list_instrument("AAPL").instrument_id
    receive(1, {aapl: "101"}, seconds=1, complete_since=1)
    receive(2, {}, seconds=2, complete_since=1)
    for number, seconds in ((1, 1), (2, 2)):
        receive(number, {aapl: "99"}, seconds=seconds, complete_since=1)
    assert prices() == {aapl: 101}
    confirmed_at = receive(3, {aapl: "103"}, complete_since=1)
    assert prices() == {aapl: 103}
    assert quotes_confirmed_at() == confirmed_at  # nothing was missed


def test_quotes_of_instruments_not_known_yet_are_left_out(world) -> None:
    aapl = world.list_instrument("AAPL").instrument_id
    receive(1, {new_id(): "5", aapl: "102"})
    assert list(LatestQuote.objects.values_list("price", flat=True)) == [102]


def test_a_quote_that_stays_is_confirmed_and_not_written(world) -> None:
    aapl = world.list_instrument("AAPL").instrument_id
    ibm = world.list_instrument("IBM").instrument_id
    receive(1, {aapl: "101", ibm: "102"}, complete_since=1)
    written = LatestQuote.objects.get(instrument_id=ibm).price_at

    confirmed_at = receive(2, {aapl: "101.5", ibm: "102"}, complete_since=1)
    assert LatestQuote.objects.get(instrument_id=ibm).price_at == written
    assert price_at(ibm) == price_at(aapl) == confirmed_at

    confirmed_at = receive(3, {aapl: "101.6"}, complete_since=1)  # and IBM is not in it at all
    assert price_at(ibm) == confirmed_at


def test_after_a_missed_message_nothing_is_confirmed_until_all_are_sent_again(world) -> None:
    aapl = world.list_instrument("AAPL").instrument_id
    ibm = world.list_instrument("IBM").instrument_id
    before = receive(1, {aapl: "101", ibm: "102"}, complete_since=1)
    assert quotes_confirmed_at() == before

    received_at = receive(3, {aapl: "101"}, complete_since=2)  # the second message might have moved IBM

    assert quotes_confirmed_at() is None
    assert (price_at(aapl), price_at(ibm)) == (received_at, before)
    last = receive(4, {ibm: "103"}, complete_since=3)
    assert price_at(aapl) == price_at(ibm) == last


def test_a_halted_instrument_is_not_confirmed(world) -> None:
    aapl = world.list_instrument("AAPL").instrument_id
    ibm = world.list_instrument("IBM", status="halted").instrument_id
    last = receive(1, {aapl: "101"}, complete_since=1)
    assert (price_at(aapl), price_at(ibm)) == (last, NOON)


def test_numbers_that_restart_are_received(world) -> None:
    aapl = world.list_instrument("AAPL").instrument_id
    receive(700, {aapl: "101"}, seconds=1, complete_since=699)
    receive(1, {aapl: "102"}, seconds=2)
    assert prices() == {aapl: 102}
    assert quotes_confirmed_at() is None
    receive(2, {aapl: "103"}, seconds=3, complete_since=1)
    assert quotes_confirmed_at() is not None


def test_the_statements_do_not_grow_with_the_quotes(world) -> None:
    ids = [world.list_instrument(f"T{index}").instrument_id for index in range(20)]

    def statements(number: int, some: list) -> int:
        with CaptureQueriesContext(connection) as queries:
            receive(number, dict.fromkeys(some, f"10{number}"))
        return len(queries)

    receive(1, {})
    assert statements(2, ids[:1]) == statements(3, ids) <= 5
    assert set(LatestQuote.objects.values_list("price", flat=True)) == {103}
