"""What an API answers: the same JSON as DRF's own renderer and serializer write, by a shorter way."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.functional import lazystr
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.serializer_helpers import ReturnDict

from servicekit.api.renderers import Json, json_of
from servicekit.api.serializers import InstantField, MoneyField, OutputSerializer
from servicekit.ids import new_id

MOMENT = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
DATA: list[Any] = [
    None,
    {},
    [],
    {"text": '“é” 😀 "\\/\n\x00\x7f', "none": None, "yes": True, "number": -(2**63)},
    {"id": new_id(), "amount": Decimal("1.50"), "at": MOMENT, "day": date(2026, 3, 2)},
    {"at": MOMENT.astimezone(timezone(timedelta(hours=3))), "whole": MOMENT.replace(microsecond=0)},
    {"lasts": timedelta(minutes=1), "lazy": lazystr("words"), "error": ErrorDetail("wrong", code="x")},
    {"kind": StrEnum("Kind", ["MARKET"]).MARKET, "rows": ({"a": 1}, {"a": 1.5})},  # type: ignore[attr-defined]
    ReturnDict({"a": 1}, serializer=serializers.Serializer()),
]


@pytest.mark.parametrize("data", DATA, ids=repr)
def test_the_json_is_drfs(data: Any) -> None:
    assert Json().render(data, "application/json", {}) == JSONRenderer().render(data, "application/json", {})


@pytest.mark.parametrize(
    ("media_type", "context"),
    [("application/json; indent=2", {}), ("application/json", {"indent": 4}), (None, None)],
)
def test_spaces_where_they_are_asked_for(media_type: str | None, context: dict[str, Any] | None) -> None:
    for data in DATA:
        assert Json().render(data, media_type, context) == JSONRenderer().render(data, media_type, context)


def test_what_is_remembered_is_what_is_answered() -> None:
    for data in DATA:
        assert json_of(json.loads(json_of(data))) == json_of(data)


class Row(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField(source="owner.name")
    kind = serializers.ChoiceField(["a", "b"])
    amount = MoneyField()
    quantity = serializers.IntegerField(allow_null=True)
    secret = serializers.CharField(write_only=True)
    at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)


class QuickRow(OutputSerializer, Row):
    at = InstantField()
    until = InstantField(allow_null=True)


@pytest.mark.parametrize(
    "at", [MOMENT, MOMENT.replace(microsecond=0), MOMENT.astimezone(timezone(timedelta(hours=-5)))]
)
def test_an_object_is_written_as_drf_writes_it(at: datetime) -> None:
    rows = [
        SimpleNamespace(
            id=new_id(), owner=SimpleNamespace(name=name), kind="b", amount=150, quantity=quantity,
            secret="x", at=at, until=until,
        )
        for name, quantity, until in (("anna", 7, at), ("", 0, None), (None, None, None))
    ]  # fmt: skip
    for row in rows:
        assert QuickRow(row).data == Row(row).data
    assert QuickRow(rows, many=True).data == Row(rows, many=True).data
