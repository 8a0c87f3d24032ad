"""Strict input: every field is known, of its JSON type, and within its bounds."""

from __future__ import annotations

import functools
import re
import reprlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.utils.formatting import lazy_format

from servicekit.home_currency import home_currency
from servicekit.money import to_minor, to_text

#: The most units of one order.
MAX_QUANTITY = 10**9

#: Every price is below this.
MAX_PRICE = 10**12

_DECIMAL = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)


class StrictSerializer(serializers.Serializer):
    """A serializer that refuses unknown fields, and values of another JSON type."""

    default_error_messages = {
        "unknown_field": _("There is no such field."),
        "read_only_field": _("This field cannot be set."),
    }

    def to_internal_value(self, data: Any) -> Any:
        errors: dict[str, Any] = {}
        if isinstance(data, Mapping):
            for name in data:
                field = self.fields.get(name)
                if field is None or field.read_only:
                    key = "unknown_field" if field is None else "read_only_field"
                    errors[str(name)] = [serializers.ErrorDetail(str(self.error_messages[key]), code=key)]
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if isinstance(error.detail, dict):
                errors = {**error.detail, **errors}
            else:
                raise
        if errors:
            raise serializers.ValidationError(errors)
        return values


class OutputSerializer(serializers.Serializer):
    """A write-only serializer that looks up its fields once; DRF does so for every object.

    None becomes null; no field is ever left out. A field's own ``get_attribute`` is not asked: one that needs
    the whole object has ``source="*"``.
    """

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return {
            name: None if (value := get(instance)) is None else write(value)
            for name, get, write in self._writers
        }

    @functools.cached_property
    def _writers(self) -> list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]]:
        """Of each field: its name, what gets its value from an object, and what writes that."""
        return [
            (
                name,
                (lambda instance: instance) if field.source == "*" else attrgetter(str(field.source)),
                field.to_representation,
            )
            for name, field in self.fields.items()
            if not field.write_only
        ]


class InstantField(serializers.DateTimeField):
    """A time in a response: RFC 3339 in UTC."""

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


@functools.cache
def _shared(serializer: type[serializers.Serializer], partial: bool = False) -> Any:
    """One instance for all requests: making one copies every field, which costs more than its use."""
    instance = serializer(partial=partial)
    _translate_bounds(instance)
    return instance


def _translate_bounds(field: Any) -> None:
    """Let a field say its bounds in each request's language: DRF keeps the words of its first refusal."""
    for validator in field.validators:
        message = getattr(validator, "message", None)
        if isinstance(message, lazy_format) and message.format_string is not None:
            validator.message = format_lazy(message.format_string, *message.args, **message.kwargs)
    for part in [*getattr(field, "fields", {}).values(), getattr(field, "child", None)]:
        if part is not None:
            _translate_bounds(part)


def parsed(serializer: type[serializers.Serializer], data: Any, *, partial: bool = False) -> dict[str, Any]:
    """What a request's body or query says.

    Args:
        partial: any field may be left out.

    Raises:
        serializers.ValidationError: what is wrong with it, field by field.
    """
    return _shared(serializer, partial).run_validation(data)


def rendered(serializer: type[serializers.Serializer], value: Any) -> dict[str, Any]:
    """A value as the serializer writes it."""
    return _shared(serializer).to_representation(value)


def rendered_many(serializer: type[serializers.Serializer], values: Iterable[Any]) -> list[dict[str, Any]]:
    """Values as the serializer writes them."""
    write = _shared(serializer).to_representation
    return [write(value) for value in values]


class TextField(serializers.CharField):
    """A JSON string; a number or a boolean is not turned into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": MAX_QUANTITY})
class QuantityField(serializers.Field):
    """Whole units, 1 to :data:`MAX_QUANTITY`: a JSON integer."""

    default_error_messages = {
        "quantity_invalid": _("Must be a whole number from 1 to %(limit)s, not %(value)s."),
    }

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool) or not 1 <= data <= MAX_QUANTITY:
            raise refusal(self, "quantity_invalid", data, limit=MAX_QUANTITY)
        return data

    def to_representation(self, value: int) -> int:
        return value


@extend_schema_field(
    {"type": "string", "format": "decimal", "pattern": r"^\d{1,30}(\.\d{1,2})?$", "example": "1234.50"}
)
class MoneyField(serializers.Field):
    """An amount of the home currency above zero: a decimal string outside, whole minor units inside.

    Args:
        error_code: the code when it is not one, such as ``amount_invalid``.
    """

    default_error_messages = {
        "not_money": _(
            "Must be a decimal string above zero with at most two digits after the point, not %(value)s."
        ),
    }

    def __init__(self, *, error_code: str = "amount_invalid", **kwargs: Any) -> None:
        self.error_code = error_code
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str) and _DECIMAL.fullmatch(data):
            try:
                minor = to_minor(data, home_currency())
            except ValueError:
                minor = 0
            if minor > 0:
                return minor
        raise refusal(self, "not_money", data, code=self.error_code)

    def to_representation(self, value: int) -> str:
        return to_text(value, home_currency())


@extend_schema_field(
    {
        "type": "string",
        "format": "decimal",
        "pattern": r"^\d{1,12}(\.\d{1,17})?$",
        "example": "430.47",
    }
)
class PriceField(serializers.Field):
    """A price above zero, below :data:`MAX_PRICE`: a decimal string; its step is the use-case's to check."""

    default_error_messages = {
        "not_a_price": _("Must be a decimal string above 0 and below %(limit)s, not %(value)s."),
    }

    def __init__(self, *, error_code: str = "price_step_invalid", **kwargs: Any) -> None:
        self.error_code = error_code
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, str) and len(data) <= 30 and _DECIMAL.fullmatch(data):
            price = Decimal(data)
            if 0 < price < MAX_PRICE:
                return price
        raise refusal(self, "not_a_price", data, code=self.error_code, limit=MAX_PRICE)

    def to_representation(self, value: Decimal) -> str:
        return str(value)


@extend_schema_field(
    {
        "anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}],
        "example": "2025-01-31T09:30:00Z",
    }
)
class MomentField(serializers.Field):
    """An RFC 3339 date-time with its offset, or a date, which is taken in UTC.

    Args:
        end_of_day: a date means the end of that day, so that a range includes it.

    What lies before the year 1 or after 9999 in UTC (the end of 9999-12-31, ``0001-01-01T00:00:00+14:00``) is
    the first or the last moment that there is: a range is not narrowed by it.
    """

    default_error_messages = {
        "moment_invalid": _(
            "Must be a date (2025-01-31) or a date-time (2025-01-31T09:30:00Z), not %(value)s."
        )
    }

    def __init__(self, *, end_of_day: bool = False, **kwargs: Any) -> None:
        self.end_of_day = end_of_day
        super().__init__(**kwargs)

    def to_internal_value(self, data: str) -> datetime:
        try:
            if not data.isascii():  # Python reads digits of any script
                raise ValueError
            if day := parse_date(data):
                moment = datetime.combine(day, time.min, UTC)
                return _within_time(lambda: moment + timedelta(days=1)) if self.end_of_day else moment
            at = parse_datetime(data)
            if at is not None and at.tzinfo is not None:
                return _within_time(lambda: at.astimezone(UTC), is_early=at.year == 1)
        except ValueError:
            pass
        raise refusal(self, "moment_invalid", data)


def _within_time(moment: Callable[[], datetime], *, is_early: bool = False) -> datetime:
    """A computed moment, or the end of time that it is beyond."""
    try:
        return moment()
    except OverflowError:
        return (datetime.min if is_early else datetime.max).replace(tzinfo=UTC)


def refusal(
    field: serializers.Field, message: str, value: Any, *, code: str = "", **bounds: object
) -> serializers.ValidationError:
    """The error of a field that was given a value which it does not take.

    Args:
        message: which of its ``error_messages``; it may name ``%(value)s`` and the ``bounds``.
        code: if it is not called as the message.
    """
    detail = str(field.error_messages[message]) % {"value": shown(value), **bounds}
    return serializers.ValidationError(detail, code=code or message)


def shown(value: Any) -> str:
    """A supplied value, short enough for a sentence; of a nested one only the outermost levels."""
    text = reprlib.repr(value) if not isinstance(value, str) else value
    return text if len(text) <= 40 else text[:37] + "…"
