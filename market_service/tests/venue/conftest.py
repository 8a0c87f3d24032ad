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
INSERT INTO venue_venueorder (order_id, instrument_id, side, quantity, cap_price, state, fill_id, price,
    refuse_code, refuse_limit, refuse_value, submitted_at, answered_at)
SELECT gen_random_uuid(), id, CASE WHEN n % 2 = 0 THEN 'buy' ELSE 'sell' END, 1, 430.47, 'executed',
    gen_random_uuid(), 430.47, '', '', '', now(), now()
FROM instruments_instrument, generate_series(1, 10) AS n
"""


@pytest.fixture
def many_past_orders(listed: Any) -> Instrument:
    """One of 2,001 instruments that 20,010 orders were executed of, half bought and half sold."""
    instrument: Instrument = listed("AAPL")
    with connection.cursor() as cursor:
        for statement in (_INSTRUMENTS, _QUOTES, _ORDERS):
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ANALYZE instruments_instrument, quotes_quote, venue_venueorder")
    return instrument
