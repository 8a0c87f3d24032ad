"""Serializers of price alerts: the JSON of the public contract."""

from __future__ import annotations

from decimal import Decimal

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from servicekit.api.serializers import (
    InstantField,
    OutputSerializer,
    PriceField,
    StrictSerializer,
    TextField,
)
from servicekit.api.strict_fields import FlagField, OneOfField
from trading_service.alerts.models import MAX_WAITING, PriceAlert

_PRICE = {"type": "string", "format": "decimal", "example": "430.47"}


class AlertInput(StrictSerializer):
    """The body of POST /alerts."""

    ticker = TextField(max_length=32)
    price = PriceField(help_text="In the instrument's currency, a multiple of its price step.")
    direction = OneOfField(
        PriceAlert.Direction.values,
        required=False,
        allow_null=True,
        default=None,
        help_text="`above`: when the price rises to it; `below`: when it falls to it. If not given: the "
        "way from the market price to this one.",
    )


class AlertQuery(serializers.Serializer):
    """The query of the list, beside its page."""

    ticker = TextField(max_length=32, required=False, default=None, help_text="Only of this instrument.")
    waiting = FlagField(required=False, default=None, help_text="true: not fired yet; false: fired.")


class AlertOutput(OutputSerializer):
    """A price alert; `fired_at` and `fired_price` are null while it waits."""

    id = serializers.UUIDField()
    ticker = serializers.CharField(source="instrument.ticker")
    name = serializers.CharField(source="instrument.name", help_text="In the language of the request.")
    direction = serializers.ChoiceField(PriceAlert.Direction.choices)
    price = serializers.SerializerMethodField()
    currency = serializers.CharField(source="instrument.currency")
    created_at = InstantField()
    fired_at = InstantField(allow_null=True)
    fired_price = serializers.SerializerMethodField()

    @extend_schema_field(_PRICE)
    def get_price(self, alert: PriceAlert) -> str:
        return _text(alert, alert.price)

    @extend_schema_field({**_PRICE, "nullable": True})
    def get_fired_price(self, alert: PriceAlert) -> str | None:
        return None if alert.fired_price is None else _text(alert, alert.fired_price)


class AlertPageOutput(serializers.Serializer):
    """A page of alerts, the newest first; ``next`` and ``previous`` are URLs, null at the ends."""

    limit = serializers.IntegerField(help_text=f"The most alerts that may wait: {MAX_WAITING}.")
    waiting = serializers.IntegerField(help_text="How many wait now, of all instruments.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = AlertOutput(many=True)


def _text(alert: PriceAlert, price: Decimal) -> str:
    """With as many digits as the price step; after a split it may have more."""
    shown = alert.instrument.price_text(price)
    return shown if Decimal(shown) == price else f"{price.normalize():f}"
