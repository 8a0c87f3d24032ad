"""Retention: candles shorter than a day go after a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from market_service.candles.models import Candle
from market_service.instruments.models import Instrument
from servicekit.portions import portions_of

#: Instruments of one statement.
PORTION = 100


def candles_purge(*, now: datetime) -> int:
    """Delete candles older than ``CANDLE_DAYS`` says for their interval. Returns how many."""
    gone = 0
    for ids in portions_of(list(Instrument.objects.order_by("id").values_list("id", flat=True)), PORTION):
        for minutes, days in settings.CANDLE_DAYS.items():
            old = Candle.objects.filter(interval=minutes, time__lt=now - timedelta(days=days))
            gone += old.filter(instrument_id__in=ids).delete()[0]
    return gone
