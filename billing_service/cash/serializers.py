"""Serializers of deposits and withdrawals: the JSON of the public contract."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from servicekit.api.serializers import MoneyField, StrictSerializer, TextField, refusal
from servicekit.home_currency import home_currency


@extend_schema_field({"type": "string", "enum": [home_currency()]})
class CurrencyField(TextField):
    """The ISO 4217 code of the currency that this exchange keeps cash in, and no other."""

    default_error_messages = {"currency_unsupported": _("%(value)s is not supported; use %(limit)s.")}

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str) or data != home_currency():
            raise refusal(self, "currency_unsupported", data, limit=home_currency())
        return data


class DepositInput(StrictSerializer):
    """The body of POST /deposits."""

    amount = MoneyField(error_code="amount_invalid")
    currency = CurrencyField(required=False, default=home_currency)


class WithdrawalInput(DepositInput):
    """The body of POST /withdrawals."""


class BookedOutput(serializers.Serializer):
    """What was booked, and the balance after it."""

    id = serializers.UUIDField(source="record.id")
    amount = MoneyField(source="record.amount")
    currency = serializers.CharField(source="record.currency")
    status = serializers.ChoiceField(["booked"], default="booked")
    balance_after = MoneyField()
    occurred_at = serializers.DateTimeField(source="record.created_at")


class DepositOutput(BookedOutput):
    """A booked deposit. ``balance_after``: the whole balance, held money included."""


class WithdrawalOutput(BookedOutput):
    """A booked withdrawal. ``balance_after``: the whole balance, held money included."""
