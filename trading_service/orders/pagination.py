"""The pages of the list of orders: one of what was asked for, and beside it the first of the open orders."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param

from servicekit.api.pagination import CursorPages
from trading_service.orders.models import OPEN


class OrderPages(CursorPages):
    """``{"next", "previous", "results"}``, with ``include=open`` also ``open``, which is the same."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The description of the answer."""
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        text = "Only with `include=open`: the first page of my open orders."
        page["properties"] = {**page["properties"], "open": {**page, "description": text}}
        return page


class OpenOrderPages(CursorPages):
    """The first page of the open orders; its links are those of a list of nothing else."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        page = super().paginate_queryset(queryset, request, view)
        address = request.build_absolute_uri()
        for name in ("include", self.cursor_query_param):
            address = remove_query_param(address, name)
        self.base_url = replace_query_param(address, "status", ",".join(sorted(OPEN)))
        return page

    def decode_cursor(self, request: Request) -> Any:
        """None: the cursor of the request is of what else was asked for."""
        return None
