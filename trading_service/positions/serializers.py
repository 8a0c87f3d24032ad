"""How positions are read: the JSON of the public contract."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from servicekit.api.serializers import InstantField, OutputSerializer
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


@extend_schema_field({"type": "string", "format": "decimal", "example": "-2.48", "nullable": True})
class PercentField(serializers.Field):
    """A share in percent with two digits; null when unknown."""

    def to_representation(self, value: Decimal) -> str:
        return str(value + 0)  # + 0 makes "-0.00" into "0.00"


class HoldingOutput(OutputSerializer):
    """One position, valued at the quote last heard."""

    ticker = serializers.CharField(source="instrument.ticker")
    name = serializers.CharField(source="instrument.name", help_text="In the language of the request.")
    quantity = serializers.IntegerField()
    held_quantity = serializers.IntegerField(help_text="The part set aside for open sells.")
    average_cost = HoldingPriceField("average_cost", help_text="Per unit, fees included.")
    price = HoldingPriceField("price")
    price_at = InstantField(allow_null=True, help_text="When the price was true.")
    previous_close = HoldingPriceField("previous_close")
    day_change = SignedMoneyField(help_text="Of what is held now, since the previous close.")
    day_change_percent = PercentField(help_text="The same in percent of the previous close.")
    market_value = SignedMoneyField()
    unrealized_pnl = SignedMoneyField(help_text="Market value less what the units cost.")
    realized_pnl = SignedMoneyField(help_text="Of the units sold so far, fees deducted.")
    currency = serializers.CharField(source="instrument.currency")


class TotalsOutput(OutputSerializer):
    """Sums over the positions."""

    currency = serializers.CharField()
    market_value = SignedMoneyField()
    cost = SignedMoneyField(help_text="What the open positions cost, fees included.")
    unrealized_pnl = SignedMoneyField()
    realized_pnl = SignedMoneyField(help_text="Positions that were sold completely included.")
    day_change = SignedMoneyField(help_text="The sum of the positions'; null while a price is unknown.")
    day_change_percent = PercentField(help_text="In percent of what is held at the previous close.")


class PortfolioOutput(OutputSerializer):
    """The totals, and the open positions by ticker."""

    totals = TotalsOutput(source="*")
    results = HoldingOutput(many=True, source="holdings")
