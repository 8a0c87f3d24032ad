"""The JSON of holds."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from servicekit.api.serializers import InstantField, OutputSerializer
from servicekit.money import to_text


class HoldOutput(OutputSerializer):
    """Cash that is set aside for one open order."""

    id = serializers.UUIDField()
    order_id = serializers.UUIDField()
    amount = serializers.SerializerMethodField(
        help_text=_("What is still held; of a partially filled order less than at first.")
    )
    currency = serializers.CharField(source="account.currency")
    placed_at = InstantField(source="created_at")

    def get_amount(self, hold: Any) -> str:
        return to_text(hold.left, hold.account.currency)


class HoldPageOutput(serializers.Serializer):
    """A page of holds; ``next`` and ``previous`` are URLs, null at the ends."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = HoldOutput(many=True)
