"""/api/v1/account/holds: what a customer's cash is held for."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing_service.holds.selectors import holds_open
from billing_service.holds.serializers import HoldOutput, HoldPageOutput
from servicekit.api.openapi import CURSOR, PAGE_SIZE
from servicekit.api.pagination import CursorPages
from servicekit.api.serializers import rendered_many
from servicekit.api.views import Api


class HoldPages(CursorPages):
    """Pages of holds, those of the latest orders first."""

    ordering = ("-id",)


class HoldListApi(Api):
    """The holds on the customer's cash."""

    @extend_schema(
        operation_id="holds_list",
        parameters=[CURSOR, PAGE_SIZE],
        responses=HoldPageOutput,
        summary="What my cash is held for, latest order first",
        description="One hold for each open order to buy. All of them together are the account's `held`.",
    )
    def get(self, request: Request) -> Response:
        pages = HoldPages()
        page = pages.paginate_queryset(holds_open(user_id=self.caller.id), request, view=self)
        return pages.get_paginated_response(rendered_many(HoldOutput, page))
