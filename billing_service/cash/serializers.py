"""Serializers of deposits and withdrawals: the JSON of the public contract."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from servicekit.api.serializers import MoneyField, StrictSerializer, TextField, shown
from servicekit.home_currency import home_currency


@extend_schema_field({"type": "string", "enum": [home_currency()]})
class CurrencyField(TextField):
    """The ISO 4217 code of the currency that this exchange keeps cash in, and no other."""

    default_error_messages = {"currency_unsupported": _("%(value)s is not supported; use %(limit)s.")}

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str) or data != home_currency():
            detail = str(self.error_messages["currency_unsupported"])
            raise serializers.ValidationError(
                detail % {"value": shown(data), "limit": home_currency()}, code="currency_unsupported"
            )
        return data


class DepositInput(StrictSerializer):
    """The body of POST /deposits."""

    amount = MoneyField(error_code="amount_invalid")
    currency = CurrencyField(required=False, default=home_currency)


class WithdrawalInput(DepositInput):
    """The body of POST /withdrawals."""


class DepositOutput(serializers.Serializer):
    """A booked deposit. ``balance_after``: the whole balance, held money included."""

    id = serializers.UUIDField(source="deposit.id")
    amount = MoneyField(source="deposit.amount")
    currency = serializers.CharField(source="deposit.currency")
    status = serializers.ChoiceField(["booked"], default="booked")
    balance_after = MoneyField()
    occurred_at = serializers.DateTimeField(source="deposit.created_at")


class WithdrawalOutput(serializers.Serializer):
    """A booked withdrawal. ``balance_after``: the whole balance, held money included."""

    id = serializers.UUIDField(source="withdrawal.id")
    amount = MoneyField(source="withdrawal.amount")
    currency = serializers.CharField(source="withdrawal.currency")
    status = serializers.ChoiceField(["booked"], default="booked")
    balance_after = MoneyField()
    occurred_at = serializers.DateTimeField(source="withdrawal.created_at")
