"""What a body or a query string says is read in one way or refused, whatever Python would make of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils.translation import override
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import CharField, Field, ListField, Serializer

from servicekit.api.serializers import MomentField, MoneyField, PriceField, QuantityField, parsed
from servicekit.api.strict_fields import FlagField, WholeNumberField

NUMBERS_OF_OTHER_KINDS: list[Any] = [
    "1_000", " 5", "5 ", "5\n", "+5", "1e2", "1E2", "0x10", "1,5", "1 000", "1\u00a0000", "٣", "５", "²", "½",
    ".5", "5.", "$5", "NaN", "Infinity", "-", "", True, False, None, 5.0, [], {}, "5" * 400,
]  # fmt: skip


@pytest.mark.parametrize("value", NUMBERS_OF_OTHER_KINDS, ids=repr)
@pytest.mark.parametrize("field", [MoneyField(), PriceField(), QuantityField(), WholeNumberField()])
def test_what_is_no_number_of_the_contract_is_refused(field: Field, value: Any) -> None:
    with pytest.raises(ValidationError):
        field.to_internal_value(value)


@pytest.mark.parametrize("field", [MoneyField(), PriceField()])
@pytest.mark.parametrize("value", [5, 5.5, "0", "0.00", "-0", "-5"])
def test_money_and_prices_are_strings_above_zero(field: Field, value: Any) -> None:
    with pytest.raises(ValidationError):
        field.to_internal_value(value)


def test_what_the_contract_allows() -> None:
    assert MoneyField().to_internal_value("1234.5") == 123450
    assert str(PriceField().to_internal_value("0.001")) == "0.001"
    assert QuantityField().to_internal_value(7) == 7
    assert WholeNumberField().to_internal_value("12") == 12
    assert (FlagField().to_internal_value("true"), FlagField().to_internal_value("false")) == (True, False)
    assert MomentField().to_internal_value("2026-01-05") == datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize("value", ["yes", "1", "on", "t", "True", "TRUE", " true", "0", "null", "", "да"])
def test_a_flag_is_true_or_false(value: str) -> None:
    with pytest.raises(ValidationError):
        FlagField().to_internal_value(value)


@pytest.mark.parametrize(
    "value", ["٢٠٢٦-٠١-٠٥", "２０２６-01-05", "05.01.2026", "01/05/2026", "2026-02-30", "5"]
)
def test_a_day_of_another_writing_is_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        MomentField().to_internal_value(value)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("9999-12-31", datetime.max),
        ("9999-12-31T23:59:59-14:00", datetime.max),
        ("0001-01-01T00:00:00+14:00", datetime.min),
        ("0001-01-01", datetime(1, 1, 2)),
    ],
)
def test_beyond_the_calendar_a_range_ends_where_the_calendar_does(text: str, moment: datetime) -> None:
    assert MomentField(end_of_day=True).to_internal_value(text) == moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["10000-01-01", "0000-01-01", "2025-02-30", "2025-01-01T24:00:00Z", "2016-12-31T23:59:60Z"]
)
def test_a_day_or_hour_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        MomentField().to_internal_value(text)


class Bounded(Serializer):
    count = WholeNumberField(min_value=1, max_value=9)
    name = CharField(max_length=3)
    parts = ListField(child=WholeNumberField(max_value=9))


@pytest.mark.parametrize("data", [{"count": 0}, {"count": 10}, {"name": "long"}, {"parts": [10]}], ids=repr)
def test_each_refusal_is_in_the_language_of_its_request(data: dict) -> None:
    texts = []
    for language in ("en", "ru", "en"):
        with override(language), pytest.raises(ValidationError) as refused:
            parsed(Bounded, {"count": 1, "name": "a", "parts": [], **data})
        texts.append(str(refused.value.detail))
    assert texts[0] == texts[2] != texts[1]
    assert not texts[1].isascii()
