"""Given orders that the venue answered before it had a book, then they keep their meaning."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection

from market_service.instruments.models import Instrument
from market_service.venue.models import Reconciliation, Trade, VenueOrder
from market_service.venue.services import quantities_reconcile
from servicekit.testing.database import drop_database

pytestmark = pytest.mark.django_db(transaction=True)

BOUGHT, SOLD, REFUSED, CANCELED = (UUID(int=number) for number in range(1, 5))

_BEFORE = """
INSERT INTO instruments_instrument (id, ticker, isin, type, name_en, name_ru, description_en, description_ru,
    currency, lot_size, price_step, issued_quantity, available_quantity, status, simulated, version,
    catalogue_digest, created_at, updated_at)
VALUES ('00000000-0000-0000-0000-0000000000aa', 'AAPL', 'US0378331005', 'share', 'Apple', 'Apple', '', '',
    'USD', 1, 0.01, 1000, 994, 'open', false, 1, '', now(), now());
INSERT INTO venue_venueorder (order_id, instrument_id, side, quantity, cap_price, state, fill_id, price,
    refuse_code, refuse_limit, refuse_value, submitted_at, answered_at)
VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000aa', 'buy', 10, 50,
        'executed', '00000000-0000-0000-0000-0000000000f1', 43.04, '', '', '', now(), now()),
    ('00000000-0000-0000-0000-000000000002', '00000000-0000-0000-0000-0000000000aa', 'sell', 4, 1,
        'executed', '00000000-0000-0000-0000-0000000000f2', 45, '', '', '', now(), now()),
    ('00000000-0000-0000-0000-000000000003', '00000000-0000-0000-0000-0000000000aa', 'buy', 3, 40,
        'refused', NULL, NULL, 'price_moved', '40.00', '43.04', now(), now()),
    ('00000000-0000-0000-0000-000000000004', NULL, '', NULL, NULL, 'canceled', NULL, NULL, '', '', '',
        NULL, now());
INSERT INTO venue_reconciliation (instrument_id, sold, execution_seq, difference, changed_at)
SELECT instrument_id, 10, execution_seq, 0, now() FROM venue_venueorder
WHERE order_id = '00000000-0000-0000-0000-000000000001'
"""

_LISTED = """
INSERT INTO instruments_instrument (id, ticker, isin, type, name_en, name_ru, description_en, description_ru,
    currency, lot_size, price_step, issued_quantity, available_quantity, status, simulated, version,
    catalogue_digest, half_spread, created_at, updated_at)
SELECT id, ticker, '', 'share', ticker, ticker, '', '', 'USD', 1, 0.01, 1000, 1000, 'open', false, 1, '',
    half_spread, now(), now()
FROM (VALUES ('00000000-0000-0000-0000-0000000000a1'::uuid, 'NEW', 0),
    ('00000000-0000-0000-0000-0000000000a2', 'SET', 0.25),
    ('00000000-0000-0000-0000-0000000000a3', 'ZERO', 0)) AS listed (id, ticker, half_spread);
INSERT INTO audit_entries (id, actor_name, action, object_type, object_id, object_name, before, after, reason,
    request_id)
SELECT gen_random_uuid(), 'olga', 'instrument.house', 'instrument', id, ticker, '{}', '{}', '', ''
FROM instruments_instrument WHERE ticker <> 'NEW'
"""


@pytest.fixture
def before_the_book() -> Iterator[None]:
    """A database of its own, as the version before left it."""
    yield from _database("venue", "0004_execution_seq", _BEFORE)


def _database(app: str, migration: str, statement: str) -> Iterator[None]:
    """A database of its own, as a version left it."""
    name = connection.settings_dict["NAME"]
    _alone("DROP DATABASE IF EXISTS test_market_before", "CREATE DATABASE test_market_before")
    connection.close()
    connection.settings_dict["NAME"] = "test_market_before"
    try:
        call_command("migrate", "audit", verbosity=0)
        call_command("migrate", app, migration, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(statement)
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
        drop_database(connection, "test_market_before")


@pytest.fixture
def at_the_quote() -> Iterator[None]:
    """A database of its own, as the version before left it: the house trades at the quote everywhere."""
    yield from _database("instruments", "0005_imports", _LISTED)


def _alone(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # it waits for the disk, which others may keep busy
        for statement in statements:
            cursor.execute(statement)


def test_executed_orders_of_before_are_trades_with_the_house(before_the_book: None) -> None:
    call_command("migrate", verbosity=0)

    bought, sold = Trade.objects.order_by("trade_seq")
    assert (bought.buy_order_id, bought.sell_order_id) == (BOUGHT, None)
    assert (bought.buy_execution_id, bought.quantity, bought.price) == (UUID(int=0xF1), 10, Decimal("43.04"))
    assert (sold.sell_order_id, sold.sell_execution_id, sold.taker_side) == (SOLD, UUID(int=0xF2), 1)
    ended = {row.order_id: (row.state, row.executed, row.reason) for row in VenueOrder.objects.all()}
    assert ended == {
        BOUGHT: ("executed", 10, ""),
        SOLD: ("executed", 4, ""),
        REFUSED: ("refused", 0, "price_moved"),
        CANCELED: ("canceled", 0, ""),
    }
    assert quantities_reconcile() == []
    assert Reconciliation.objects.get().sold == 6  # counted on from where it was
    assert Reconciliation.objects.get().trade_seq == sold.trade_seq
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('venue_trade_seq')")
        assert cursor.fetchone()[0] > sold.trade_seq


def test_the_house_keeps_what_an_operator_has_set_and_else_goes_by_the_price(at_the_quote: None) -> None:
    call_command("migrate", verbosity=0)
    spreads = dict(Instrument.objects.values_list("ticker", "half_spread"))
    assert spreads == {"NEW": None, "SET": Decimal("0.25"), "ZERO": Decimal(0)}
