"""Serializers of orders: the JSON of the public contract."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from servicekit.api.prices import StepPriceField
from servicekit.api.serializers import (
    InstantField,
    MomentField,
    MoneyField,
    OutputSerializer,
    PriceField,
    QuantityField,
    StrictSerializer,
    TextField,
    refusal,
)
from servicekit.api.strict_fields import OneOfField, RangeQuery
from servicekit.contracts.reject_reasons import RejectCode
from servicekit.reject_sentence import reject_sentence
from trading_service.orders.models import (
    Fill,
    Liquidity,
    Order,
    OrderTransition,
    OrderType,
    Side,
    Status,
    TimeInForce,
)

_STATUS = "|".join(Status.values)


class OrderInput(StrictSerializer):
    """The body of POST /orders."""

    ticker = TextField(max_length=32)
    side = serializers.ChoiceField(Side.choices)
    type = serializers.ChoiceField(OrderType.choices)
    quantity = QuantityField()
    limit_price = PriceField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Of a limit order: the most that a unit may cost in a buy, the least that it may bring in "
        "a sell; a multiple of the price step. More than 20 % from the market price, the order is rejected, "
        "`limit_too_far`. A market order has none.",
    )
    worst_price = PriceField(
        required=False,
        allow_null=True,
        default=None,
        error_code="worst_price_invalid",
        help_text="For a market order: the most that a unit may cost in a buy, the least that it may bring "
        "in a sell; a multiple of the price step. Beyond it the order is rejected, `price_moved`. The "
        "price protection holds beside it.",
    )
    time_in_force = serializers.ChoiceField(
        TimeInForce.choices,
        required=False,
        default=TimeInForce.DAY,
        help_text="How long what is not filled at once rests: `day`, until the market's day ends; `gtc`, 90 "
        "days; `ioc`, not at all; `fok`: all of it is filled at once, or nothing. A market order never "
        "rests, and cannot be `gtc`.",
    )


class ReplaceInput(StrictSerializer):
    """The body of POST /orders/{id}/replace: at least one of the fields."""

    quantity = QuantityField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The new total, including what is filled already. Unchanged if not given.",
    )
    limit_price = PriceField(
        required=False, allow_null=True, default=None, help_text="Unchanged if not given."
    )


class CancelAllInput(StrictSerializer):
    """The body of POST /orders/cancel-all."""

    ticker = TextField(
        max_length=32,
        required=False,
        allow_null=True,
        default=None,
        help_text="Only orders of this instrument.",
    )


class CancelAllOutput(serializers.Serializer):
    """The open orders for which a cancel was requested."""

    ids = serializers.ListField(child=serializers.UUIDField())


class RejectReasonOutput(serializers.Serializer):
    """Why an order was rejected, expired or canceled: a stable code, and a sentence for people."""

    code = serializers.CharField(help_text=f"One of {', '.join(RejectCode)}; more may be added.")
    detail = serializers.CharField()


@extend_schema_field(RejectReasonOutput(allow_null=True))
class RejectReasonField(serializers.Field):
    """``{code, detail}``; null for an order that was filled, canceled by its customer or is still open."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"source": "*", "read_only": True, **kwargs})

    def to_representation(self, order: Order) -> dict[str, str] | None:
        if not order.reject_code:
            return None
        detail = reject_sentence(
            code=order.reject_code,
            limit=order.reject_limit,
            value=order.reject_value,
            currency=order.currency,
        )
        return {"code": order.reject_code, "detail": detail}


@extend_schema_field({"type": "string", "format": "date-time", "nullable": True})
class ExpiryField(serializers.Field):
    """When an order expires; null for the day of a replay, whose end is not known beforehand."""

    _written = InstantField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"source": "*", "read_only": True, **kwargs})

    def to_representation(self, order: Order) -> str | None:
        if settings.DAYS_ARE_REPLAYED and order.time_in_force == TimeInForce.DAY:
            return None
        return self._written.to_representation(order.expires_at) if order.expires_at else None


class OrderOutput(OutputSerializer):
    """An order. ``amount`` and ``fee`` are 0.00 until something is filled."""

    id = serializers.UUIDField()
    client_order_id = serializers.CharField(help_text="The Idempotency-Key it was placed with.")
    ticker = serializers.CharField(source="instrument.ticker")
    side = serializers.ChoiceField(Side.choices)
    type = serializers.ChoiceField(OrderType.choices)
    quantity = serializers.IntegerField()
    limit_price = StepPriceField("limit_price")
    worst_price = StepPriceField("worst_price", help_text="The customer's own price bound, if any.")
    time_in_force = serializers.ChoiceField(TimeInForce.choices)
    status = serializers.ChoiceField(Status.choices)
    filled_quantity = serializers.IntegerField()
    remaining_quantity = serializers.IntegerField(
        help_text="Units that are not filled; for an order that has ended, they never will be."
    )
    average_price = StepPriceField("average_price")
    amount = MoneyField()
    fee = MoneyField()
    currency = serializers.CharField()
    reject_reason = RejectReasonField()
    rested_at = InstantField(allow_null=True, help_text="When it entered the book.")
    expires_at = ExpiryField(
        help_text="When it expires; null if it does not rest, or until the end of a replayed day."
    )
    cancel_requested_at = InstantField(allow_null=True)
    replaced_by = serializers.UUIDField(
        allow_null=True,
        help_text="The order that takes its place. It is there once this one is canceled; null again if this "
        "one ends otherwise.",
    )
    created_at = InstantField()
    updated_at = InstantField()


class FillOutput(serializers.ModelSerializer):
    """One fill of an order. ``amount`` and ``fee`` are what it added to the order's: either may be 0.00."""

    price = StepPriceField("price", step="order.instrument.price_step")
    amount = MoneyField()
    fee = MoneyField()
    currency = serializers.CharField(source="order.currency")
    liquidity = serializers.SerializerMethodField(
        help_text="`taker`: executed on arrival; `maker`: while resting in the book."
    )
    market_time = InstantField(
        allow_null=True,
        help_text="The market's time of `executed_at`: in a replay that of the replayed day, as of candles.",
    )

    class Meta:
        model = Fill
        fields = (
            "id",
            "quantity",
            "price",
            "amount",
            "fee",
            "currency",
            "liquidity",
            "executed_at",
            "market_time",
        )

    @extend_schema_field(serializers.ChoiceField(Liquidity.choices))
    def get_liquidity(self, fill: Fill) -> str:
        return fill.liquidity or Liquidity.TAKER.value  # before there was a book, nothing rested


class OrderWithFillsOutput(OrderOutput):
    """An order of the list; its fills, the oldest first, only where they were asked for."""

    fills = FillOutput(many=True, required=False, help_text="Only with `fills=included`.")


class TransitionOutput(serializers.ModelSerializer):
    """One change of an order's state."""

    from_status = serializers.SerializerMethodField(help_text="Null in the first row.")
    cause = serializers.CharField(
        help_text="“customer”, “deadline”, or the type of the event that caused it."
    )

    class Meta:
        model = OrderTransition
        fields = ("from_status", "to_status", "at", "cause")

    def get_from_status(self, transition: OrderTransition) -> str | None:
        return transition.from_status or None


class OrderDetailOutput(OrderOutput):
    """An order with its fills and the history of its states, oldest first."""

    fills = FillOutput(many=True)
    history = TransitionOutput(many=True)


@extend_schema_field(
    {"type": "string", "pattern": f"^({_STATUS})(,({_STATUS}))*$", "example": "working,partially_filled"}
)
class StatusesField(serializers.Field):
    """One status, or several separated by commas."""

    default_error_messages = {"invalid_choice": _("There is no status “%(value)s”.")}

    def to_internal_value(self, data: str) -> list[str]:
        for status in data.split(","):
            if status not in Status.values:
                raise refusal(self, "invalid_choice", status)
        return data.split(",")


class OrderQuery(RangeQuery):
    """The query of GET /orders; blank parameters are ignored."""

    status = StatusesField(required=False, source="statuses", help_text="One or several, comma-separated.")
    ticker = serializers.CharField(required=False, allow_blank=True, max_length=32)
    side = serializers.ChoiceField(Side.choices, required=False)
    to = MomentField(
        required=False,
        source="until",
        end_of_day=True,
        help_text="Created before this time; a date includes that day.",
    )
    client_order_id = serializers.CharField(required=False, allow_blank=True, max_length=128)
    fills = serializers.ChoiceField(
        ["included"],
        required=False,
        help_text="included: only orders that were filled, in part or in full, each with its fills.",
    )
    include = OneOfField(
        ["open"],
        required=False,
        allow_blank=True,
        help_text="`open`: beside them the first page of the open orders, as `open`.",
    )
    since = MomentField(required=False, source="since", help_text="Created at this time or later.")
