"""The JSON of statements, and their query."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from servicekit.api.time_zones import TimeZoneField


class MonthsQuery(serializers.Serializer):
    """The query of GET /statements."""

    time_zone = TimeZoneField(
        required=False,
        help_text=_("Time zone of the months: an IANA name, such as Europe/Moscow; UTC by default."),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {**attrs, "zone": ZoneInfo(attrs.get("time_zone") or "UTC")}


class StatementQuery(MonthsQuery):
    """The query of GET /statements/{month}."""

    locale = serializers.ChoiceField(
        ["en", "ru"], required=False, help_text=_("Its language; that of the request without it.")
    )
    format = serializers.ChoiceField(["pdf"], required=False)


class StatementOutput(serializers.Serializer):
    """A month that there is a statement of."""

    month = serializers.CharField(help_text="2026-11")
    is_complete = serializers.BooleanField(help_text=_("Whether the month has ended."))


class StatementListOutput(serializers.Serializer):
    """All months, newest first, of an account that was opened in the last of them."""

    results = StatementOutput(many=True)
