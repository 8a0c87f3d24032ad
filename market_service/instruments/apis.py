"""The public API of instruments. No sign-in; the response does not depend on the caller."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound as PageMissing
from rest_framework.request import Request
from rest_framework.response import Response

from market_service.candles.selectors import hours_of_day
from market_service.clock.selectors import market_midnight
from market_service.instruments.errors import PageNotFound
from market_service.instruments.models import InstrumentType
from market_service.instruments.selectors import (
    InstrumentList,
    instrument_list,
    instrument_rows,
)
from market_service.instruments.serializers import (
    InstrumentOutput,
    InstrumentQuery,
    instrument_row,
)
from market_service.public_api import PublicApi
from market_service.search.selectors import COUNTED, entry_types
from servicekit.api.openapi import IF_NONE_MATCH
from servicekit.api.pagination import NumberedPages
from servicekit.api.serializers import parsed, rendered


class InstrumentPages(NumberedPages):
    """Pages of instruments; a page past the end is a 404 that names the last page."""

    def paginate_queryset(self, queryset, request, view=None):  # type: ignore[no-untyped-def]
        try:
            return super().paginate_queryset(queryset, request, view)
        except PageMissing:
            pages = self.django_paginator_class(queryset, self.get_page_size(request)).num_pages
            raise PageNotFound(limit=pages, value=request.query_params["page"]) from None

    def get_paginated_response_schema(self, schema):  # type: ignore[no-untyped-def]
        paged = super().get_paginated_response_schema(schema)
        paged["properties"]["count_is_minimum"] = {
            "type": "boolean",
            "enum": [True],
            "description": f"of a search that finds more than {COUNTED:,}: `count` is {COUNTED:,}, and "
            "only so many are in pages",
        }
        paged["properties"]["types"] = {
            "type": "array",
            "items": {"type": "string", "enum": InstrumentType.values},
            "description": "with `include=types`: those of which there are instruments, whatever is found",
        }
        paged["properties"]["hours"] = {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "array", "items": {}}},
            "example": {"AAPL": [[10, "438.00", "438.18", "429.98", "430.47"]]},
            "description": "with `include=hours`: by ticker, the hours of the market's day that are over: "
            "how many hours after midnight it begins, open, high, low and close",
        }
        return paged


class InstrumentIds:
    """What a paginator counts and cuts: only the ids of a page are read."""

    def __init__(self, instruments: InstrumentList) -> None:
        self._instruments = instruments

    def __len__(self) -> int:
        return len(self._instruments)

    def __getitem__(self, index: slice) -> list[UUID]:
        return self._instruments.ids(index)


class InstrumentListApi(PublicApi):
    """Search and browse instruments."""

    pagination_class = InstrumentPages
    refusals = {"404": _("`page_not_found`: there are fewer pages.")}

    @extend_schema(
        operation_id="instruments_list",
        parameters=[InstrumentQuery, IF_NONE_MATCH],
        responses=InstrumentOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        wanted = parsed(InstrumentQuery, request.query_params)
        instruments = instrument_list(
            search=wanted.get("search", ""),
            type=wanted.get("type", ""),
            ordering=wanted.get("ordering", ""),
            tickers=wanted.get("tickers"),
        )
        pages = self.pagination_class()
        ids = pages.paginate_queryset(InstrumentIds(instruments), request, view=self)
        rows = instrument_rows(ids)
        response = pages.get_paginated_response([instrument_row(row) for row in rows])
        if instruments.more:
            response.data["count_is_minimum"] = True
        include = wanted.get("include") or ()
        if "types" in include:
            response.data["types"] = entry_types()
        if "hours" in include:
            hours = hours_of_day(ids, midnight=market_midnight())
            response.data["hours"] = {row[1]: hours.get(row[0], []) for row in rows}
        return response


class InstrumentDetailApi(PublicApi):
    """One instrument, by its ticker, ignoring case."""

    @extend_schema(operation_id="instruments_read", parameters=[IF_NONE_MATCH], responses=InstrumentOutput)
    def get(self, request: Request, ticker: str) -> Response:
        return Response(rendered(InstrumentOutput, self.instrument(ticker)))
