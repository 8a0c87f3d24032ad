"""Given: a venue with a past."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from market_service.instruments.models import Instrument

_INSTRUMENTS = """
INSERT INTO instruments_instrument (id, ticker, isin, type, name_en, name_ru, description_en, description_ru,
    currency, lot_size, price_step, issued_quantity, available_quantity, status, simulated, version,
    catalogue_digest, created_at, updated_at)
SELECT gen_random_uuid(), 'T' || n, 'ZZ' || lpad(n::text, 9, '0') || '0', type, name_en, name_ru,
    description_en, description_ru, currency, lot_size, price_step, issued_quantity, available_quantity,
    status, true, 1, '', created_at, updated_at - n * interval '1 second'
FROM instruments_instrument, generate_series(1, 2000) AS n
"""

_QUOTES = """
INSERT INTO quotes_quote (instrument_id, price, previous_close, price_at, tick)
SELECT instrument.id, price, previous_close, price_at, 0
FROM quotes_quote, instruments_instrument AS instrument WHERE instrument.id <> instrument_id
"""

_ORDERS = """
INSERT INTO venue_venueorder (order_id, instrument_id, side, type, time_in_force, quantity, executed,
    cap_price, state, reason, reason_limit, reason_value, version, submitted_at, ended_at)
SELECT gen_random_uuid(), id, CASE WHEN n % 2 = 0 THEN 'buy' ELSE 'sell' END, 'market', 'ioc', 1, 1, 430.47,
    'executed', '', '', '', 1, now(), now()
FROM instruments_instrument, generate_series(1, 10) AS n
"""

_TRADES = """
INSERT INTO venue_trade (id, instrument_id, quantity, price, taker_side, buy_order_id, buy_execution_id,
    sell_order_id, sell_execution_id, executed_at)
SELECT gen_random_uuid(), instrument_id, quantity, cap_price, (side = 'sell')::int,
    CASE side WHEN 'buy' THEN order_id END, CASE side WHEN 'buy' THEN order_id END,
    CASE side WHEN 'sell' THEN order_id END, CASE side WHEN 'sell' THEN order_id END, now()
FROM venue_venueorder
"""

_RESTING = """
INSERT INTO venue_restingorder (order_id, instrument_id, side, rank, user_id, type, time_in_force, quantity,
    remaining, version, submitted_at, rested_at, expires_at)
SELECT gen_random_uuid(), id, n % 2, (n % 2 * 2 - 1) * (430470000 + (n % 2 * 2 - 1) * n * 10000),
    gen_random_uuid(), 'limit', 'gtc', 1, 1, 1, now(), now(), now() + interval '1 day'
FROM instruments_instrument, generate_series(1, 10) AS n
"""


@pytest.fixture
def many_past_orders(listed: Any) -> Instrument:
    """One of 2,001 instruments that 20,010 orders were executed of, half bought and half sold, and as many
    rest."""
    instrument: Instrument = listed("AAPL")
    with connection.cursor() as cursor:
        for statement in (_INSTRUMENTS, _QUOTES, _ORDERS, _TRADES, _RESTING):
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ANALYZE instruments_instrument, quotes_quote, venue_venueorder, venue_restingorder, venue_trade"
        )
    return instrument
