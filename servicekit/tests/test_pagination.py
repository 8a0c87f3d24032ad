"""Cursors of lists: those that no list gave are refused."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import pytest
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from servicekit.api.pagination import CursorPages
from servicekit.auth.models import RevokedSession


@pytest.mark.parametrize("cursor", ["!", "not base64", "cD0x!", "ÿ", "bz1i"])
def test_a_cursor_that_no_list_gave_is_refused(cursor: str) -> None:
    request = Request(APIRequestFactory().get("/list", {"cursor": cursor}))
    with pytest.raises(serializers.ValidationError, match="cursor"):
        CursorPages().decode_cursor(request)


def test_a_cursor_of_the_list_is_taken() -> None:
    request = Request(APIRequestFactory().get("/list", {"cursor": "cD0yMDI2LTAxLTAx"}))
    assert CursorPages().decode_cursor(request).position == "2026-01-01"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "position",
    ["9999-12-31 23:59:59.999999-14:00", "0001-01-01 00:00:00+14:00", "9" * 30, "NaN", "\x00", "x", "a&p=b"],
)
def test_a_cursor_at_the_edge_of_time_is_refused_or_answered(position: str) -> None:
    """Its position is whatever somebody wrote into it: a list says what comes after, or that it cannot."""

    class Pages(CursorPages):
        ordering = ("-tokens_expire_at",)

    cursor = b64encode(f"p={quote(position)}".encode()).decode()
    request = Request(APIRequestFactory().get("/list", {"cursor": cursor}))
    try:
        assert Pages().paginate_queryset(RevokedSession.objects.all(), request) == []
    except serializers.ValidationError as refused:
        named = list(refused.detail)
    else:
        named = ["cursor"]
    assert named == ["cursor"]
