"""/api/v1/market: what day it is on the market."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from market_service.clock.selectors import clock_now
from market_service.clock.serializers import MarketOutput, market_shown
from market_service.public_api import PublicApi
from servicekit.api.openapi import IF_NONE_MATCH, answer_example
from servicekit.home_currency import home_currency


class MarketApi(PublicApi):
    """The market's day and clock."""

    cache_control = "public, max-age=3"

    @extend_schema(
        operation_id="market_read",
        parameters=[IF_NONE_MATCH],
        responses=MarketOutput,
        summary="The market's day and clock",
        description="In a replay a day of the market takes minutes. At its end the closes are written, "
        "changes count from them, and orders `day` expire.",
        examples=[
            answer_example(
                {
                    "day": "2012-06-12",
                    "time": "2012-06-12T14:35:00+00:00",
                    "status": "open",
                    "feed": "replay",
                    "speed": "60",
                    "paused": False,
                    "next_close_at": "2026-03-02T09:33:25Z",
                    "currency": home_currency(),
                    "simulated": True,
                }
            )
        ],
    )
    def get(self, request: Request) -> Response:
        return Response(market_shown(clock_now()))
