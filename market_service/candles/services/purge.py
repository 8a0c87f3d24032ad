"""Retention: candles shorter than a day go after a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

#: Instruments of one statement.
PORTION = 100

# By the unique index: only what goes is read.
_PURGE = """
DELETE FROM candles_candle USING unnest(%s::uuid[]) AS wanted (id)
WHERE instrument_id = wanted.id AND "interval" = %s AND time < %s
"""
_NEXT = "SELECT id FROM instruments_instrument WHERE id > %s ORDER BY id LIMIT %s"


def candles_purge(*, now: datetime) -> int:
    """Delete candles older than ``CANDLE_DAYS`` says for their interval. Returns how many."""
    gone, last = 0, UUID(int=0)
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_NEXT, [last, PORTION])
            ids = [id_ for (id_,) in cursor.fetchall()]
            if not ids:
                return gone
            for minutes, days in settings.CANDLE_DAYS.items():
                cursor.execute(_PURGE, [ids, minutes, now - timedelta(days=days)])
                gone += cursor.rowcount
            last = ids[-1]
