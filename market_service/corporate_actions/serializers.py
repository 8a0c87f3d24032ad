"""Serializers of corporate actions."""

from __future__ import annotations

from decimal import Decimal

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from market_service.corporate_actions.models import ActionState, ActionType, CorporateAction
from servicekit.api.serializers import OutputSerializer

#: What customers are told of; what was withdrawn is not among it.
_STATES = [choice for choice in ActionState.choices if choice[0] != ActionState.WITHDRAWN]


class CorporateActionOutput(OutputSerializer):
    """A dividend or a split of an instrument."""

    id = serializers.UUIDField(read_only=True)
    type = serializers.ChoiceField(ActionType.choices, read_only=True)
    state = serializers.ChoiceField(
        _STATES, read_only=True, help_text="history: of before, or entered afterwards; nothing is carried out"
    )
    day = serializers.DateField(
        read_only=True, allow_null=True, help_text="null while it is announced for no certain day"
    )
    per_unit = serializers.SerializerMethodField(
        help_text="of a dividend: decimal string, what each unit is paid; null for a split"
    )
    currency = serializers.CharField(read_only=True)
    old_units = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="of a split: so many old units"
    )
    new_units = serializers.IntegerField(read_only=True, allow_null=True, help_text="become so many new ones")
    reason = serializers.CharField(read_only=True, help_text="the words of the announcement")

    @extend_schema_field({"type": "string", "format": "decimal", "nullable": True, "example": "0.24"})
    def get_per_unit(self, action: CorporateAction) -> str | None:
        return None if action.per_unit is None else per_unit_text(action.per_unit)


def per_unit_text(per_unit: Decimal) -> str:
    """A dividend with two digits at least, and as many as it needs."""
    digits = max(2, -int(per_unit.normalize().as_tuple().exponent))
    return f"{per_unit:.{digits}f}"


class CorporateActionsOutput(serializers.Serializer):
    """All of them."""

    results = CorporateActionOutput(many=True)
