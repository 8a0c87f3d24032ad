"""Fields of requests, query strings included, that are stricter than DRF's."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from servicekit.api.serializers import refusal

_WHOLE = re.compile(r"-?\d{1,20}", re.ASCII)


class RangeQuery(serializers.Serializer):
    """A query with the field ``from``, a word of Python: it is declared as ``since``, its source too."""

    def get_fields(self) -> dict[str, Any]:
        return {"from" if name == "since" else name: field for name, field in super().get_fields().items()}

    def range_refusal(self, message: str, **bounds: object) -> serializers.ValidationError:
        """The error of a range that is not taken, told of its beginning; one of ``error_messages``."""
        detail = str(self.error_messages[message]) % bounds
        return serializers.ValidationError({"from": [serializers.ErrorDetail(detail, message)]})


class IdField(serializers.UUIDField):
    """A UUID as text; a number is not one."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class WholeNumberField(serializers.IntegerField):
    """Digits 0 to 9; ``1_0``, ``" 5 "``, ``5.0`` and ``٣``, which Python would read, are refused."""

    def to_internal_value(self, data: Any) -> int:
        if not _WHOLE.fullmatch(str(data)):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class OneOfField(serializers.ChoiceField):
    """A choice field whose error names the valid choices."""

    default_error_messages = {"invalid_choice": _("Must be one of %(limit)s, not %(value)s.")}

    def to_internal_value(self, data: Any) -> Any:
        if data != "" and str(data) not in self.choice_strings_to_values:
            raise refusal(self, "invalid_choice", str(data), limit=", ".join(map(str, self.choices)))
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.BOOL)
class StrictBooleanField(serializers.Field):
    """JSON's true or false, and no other spelling."""

    default_error_messages = {"invalid": _("Must be true or false.")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data

    def to_representation(self, value: bool) -> bool:
        return value


@extend_schema_field(OpenApiTypes.BOOL)
class FlagField(serializers.Field):
    """``true`` or ``false`` of a query string, and no other word for them."""

    default_error_messages = {"invalid": _("Must be true or false.")}

    def to_internal_value(self, data: Any) -> bool:
        if data not in ("true", "false"):
            self.fail("invalid")
        return bool(data == "true")

    def to_representation(self, value: bool) -> bool:
        return value
