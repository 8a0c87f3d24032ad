"""How positions are read: the JSON of the public contract."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from servicekit.money import to_text
from trading_service.positions.selectors import Holding


@extend_schema_field({"type": "string", "format": "decimal", "example": "-12.50", "nullable": True})
class SignedMoneyField(serializers.Field):
    """Minor units of the home currency as a decimal string; may be negative; null when unknown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"read_only": True, **kwargs})

    def to_representation(self, value: int) -> str:
        return to_text(value)


@extend_schema_field({"type": "string", "format": "decimal", "example": "430.47", "nullable": True})
class HoldingPriceField(serializers.Field):
    """A price with the digits of the instrument's price step; null when unknown."""

    def __init__(self, attribute: str, **kwargs: Any) -> None:
        self.attribute = attribute
        super().__init__(**{"source": "*", "read_only": True, **kwargs})

    def to_representation(self, holding: Holding) -> str | None:
        price: Decimal | None = getattr(holding, self.attribute)
        return None if price is None else holding.instrument.price_text(price)


class HoldingOutput(serializers.Serializer):
    """One position, valued at the quote last heard."""

    ticker = serializers.CharField(source="instrument.ticker")
    name = serializers.CharField(source="instrument.name", help_text="In the language of the request.")
    quantity = serializers.IntegerField()
    held_quantity = serializers.IntegerField(help_text="The part set aside for open sells.")
    average_cost = HoldingPriceField("average_cost", help_text="Per unit, fees included.")
    price = HoldingPriceField("price")
    price_at = serializers.DateTimeField(allow_null=True, help_text="When the price was true.")
    market_value = SignedMoneyField()
    unrealized_pnl = SignedMoneyField(help_text="Market value less what the units cost.")
    realized_pnl = SignedMoneyField(help_text="Of the units sold so far, fees deducted.")
    currency = serializers.CharField(source="instrument.currency")


class TotalsOutput(serializers.Serializer):
    """Sums over the positions."""

    currency = serializers.CharField()
    market_value = SignedMoneyField()
    cost = SignedMoneyField(help_text="What the open positions cost, fees included.")
    unrealized_pnl = SignedMoneyField()
    realized_pnl = SignedMoneyField(help_text="Positions that were sold completely included.")


class PortfolioOutput(serializers.Serializer):
    """The totals, and the open positions by ticker."""

    totals = TotalsOutput(source="*")
    results = HoldingOutput(many=True, source="holdings")
