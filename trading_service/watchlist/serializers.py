"""Serializers of watchlists: the JSON of the public contract."""

from __future__ import annotations

from rest_framework import serializers

from servicekit.api.serializers import InstantField, OutputSerializer
from trading_service.watchlist.models import MAX_WATCHED


class WatchedOutput(OutputSerializer):
    """One instrument on the watchlist. Its price is in `GET /api/v1/instruments?tickers=…`."""

    ticker = serializers.CharField(source="instrument.ticker")
    name = serializers.CharField(source="instrument.name", help_text="In the language of the request.")
    added_at = InstantField(help_text="When it was put on the watchlist.")


class WatchlistOutput(serializers.Serializer):
    """A watchlist, the tickers from A to Z."""

    limit = serializers.IntegerField(help_text=f"The most instruments that may be on it: {MAX_WATCHED}.")
    results = WatchedOutput(many=True)
