"""quotes_copy: the latest quotes, in one statement."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from servicekit.contracts.market import QuotesUpdated
from servicekit.ids import new_id
from trading_service.reference.handlers import on_quotes_updated
from trading_service.reference.models import LatestQuote
from trading_service.tests.conftest import NOON

pytestmark = pytest.mark.django_db


def quote(instrument_id, price: str, seconds: int) -> list[str]:
    at = (NOON + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    return [str(instrument_id), price, at]


def test_newer_quotes_win_and_older_ones_do_not(world) -> None:
    aapl = world.list_instrument("AAPL").instrument_id
    msft = world.list_instrument("MSFT").instrument_id
    on_quotes_updated(QuotesUpdated(quotes=[quote(aapl, "101.5", 1), quote(msft, "7", -1)]))
    prices = dict(LatestQuote.objects.values_list("instrument_id", "price"))
    assert prices == {aapl: Decimal("101.5"), msft: Decimal(100)}


def test_quotes_of_instruments_not_known_yet_are_left_out(world) -> None:
    aapl = world.list_instrument("AAPL").instrument_id
    on_quotes_updated(QuotesUpdated(quotes=[quote(new_id(), "5", 1), quote(aapl, "102", 1)]))
    assert list(LatestQuote.objects.values_list("price", flat=True)) == [102]


def test_it_is_one_statement_however_many_there_are(world, django_assert_num_queries) -> None:
    ids = [world.list_instrument(f"T{index}").instrument_id for index in range(20)]
    with django_assert_num_queries(1):
        on_quotes_updated(QuotesUpdated(quotes=[quote(each, "103", 1) for each in ids]))
    assert set(LatestQuote.objects.values_list("price", flat=True)) == {103}


def test_no_quotes_are_no_statement(world, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        on_quotes_updated(QuotesUpdated(quotes=[]))
