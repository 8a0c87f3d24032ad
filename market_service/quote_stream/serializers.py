"""The query of the stream of quotes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from market_service.quote_stream.errors import TickersInvalid
from servicekit.api.serializers import StrictSerializer

#: Instruments that one stream may be of.
MAX_TICKERS = 50


class QuotesStreamQuery(StrictSerializer):
    """``tickers``: such as ``AAPL,MSFT``, in any case."""

    tickers = serializers.CharField(max_length=20 * MAX_TICKERS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [name.strip().upper() for name in attrs["tickers"].split(",")]
        tickers = list(dict.fromkeys(filter(None, named)))
        if not 1 <= len(tickers) <= MAX_TICKERS:
            raise TickersInvalid(limit=MAX_TICKERS)
        return {"tickers": tickers}
