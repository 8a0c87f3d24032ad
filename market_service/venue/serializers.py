"""Serializers of the book and of the public trades."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from market_service.instruments.models import InstrumentStatus
from market_service.venue.matching import millionths, shown
from market_service.venue.models import SIDES, Side, Trade
from market_service.venue.selectors import Depth, Level
from servicekit.api.serializers import InstantField, OutputSerializer
from servicekit.api.strict_fields import WholeNumberField

#: Prices of each side at most, and where nothing is asked for.
MAX_LEVELS, LEVELS = 50, 10


class LevelOutput(OutputSerializer):
    """One price level of a side."""

    price = serializers.CharField(read_only=True, help_text="decimal string, in the instrument's currency")
    quantity = serializers.IntegerField(read_only=True, help_text="units of all orders at this price")
    orders = serializers.IntegerField(read_only=True, help_text="number of orders; the house counts as one")


class BookOutput(OutputSerializer):
    """The book as a new order would find it."""

    ticker = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(InstrumentStatus.choices, read_only=True)
    bids = LevelOutput(many=True, read_only=True, help_text="buys, the highest price first")
    asks = LevelOutput(many=True, read_only=True, help_text="sells, the lowest price first")
    price = serializers.CharField(
        read_only=True, help_text="the instrument's price at that moment, a decimal string in its currency"
    )
    price_at = InstantField(read_only=True, help_text="time of the price")
    as_of = InstantField(read_only=True)


class BookQuery(serializers.Serializer):
    """The query of the book."""

    levels = WholeNumberField(
        required=False,
        min_value=1,
        max_value=MAX_LEVELS,
        help_text=f"prices of each side; default: {LEVELS}",
    )


class TradeOutput(OutputSerializer):
    """A trade, anonymous."""

    id = serializers.UUIDField(read_only=True)
    price = serializers.CharField(read_only=True, help_text="decimal string, in the instrument's currency")
    quantity = serializers.IntegerField(read_only=True, help_text="units")
    taker_side = serializers.ChoiceField(
        Side.choices, read_only=True, help_text="the side of the incoming order"
    )
    executed_at = InstantField(read_only=True)


def book_shown(ticker: str, book: Depth) -> dict[str, Any]:
    """What :class:`BookOutput` writes."""
    return {
        "ticker": ticker,
        "status": book.status,
        "bids": [_level(level) for level in book.bids],
        "asks": [_level(level) for level in book.asks],
        "price": str(book.price),
        "price_at": InstantField().to_representation(book.price_at),
        "as_of": InstantField().to_representation(book.as_of),
    }


def trade_shown(trade: Trade, step: Decimal) -> dict[str, Any]:
    """What :class:`TradeOutput` writes."""
    return {
        "id": trade.id,
        "price": str(shown(millionths(trade.price), step)),
        "quantity": trade.quantity,
        "taker_side": SIDES[trade.taker_side],
        "executed_at": InstantField().to_representation(trade.executed_at),
    }


def _level(level: Level) -> dict[str, Any]:
    return {"price": str(level.price), "quantity": level.quantity, "orders": level.orders}
