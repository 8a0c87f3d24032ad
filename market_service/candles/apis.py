"""/api/v1/instruments/{ticker}/candles: the price by time."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from market_service.candles.selectors import candle_list
from market_service.candles.serializers import CandleOutput, CandleQuery
from market_service.public_api import PublicApi
from servicekit.api.openapi import IF_NONE_MATCH, answer_example
from servicekit.api.problems import NotFound
from servicekit.api.renderers import JsonText
from servicekit.api.serializers import parsed


class CandleListApi(PublicApi):
    """The candles of an instrument."""

    refusals = {
        "400": _(
            "`range_invalid`: the beginning is not before the end; `range_too_long`: more candles than one "
            "answer has; `moment_invalid`."
        )
    }

    @extend_schema(
        operation_id="instruments_candles",
        parameters=[CandleQuery, IF_NONE_MATCH],
        responses=CandleOutput(many=True),
        summary="Candles: the price by minute, hour or day",
        description="The oldest first, the running one last. Days come from the imported history and from "
        "what was recorded here; the shorter intervals only from what was recorded, and they are kept for a "
        "while. An interval without a quote or a trade is not there. A simulated market also moves at night "
        "and at weekends; imported days are those on which the exchange traded. Times and days are UTC.",
        examples=[
            answer_example(
                {
                    "time": "2013-03-01T00:00:00Z",
                    "open": "438.00",
                    "high": "438.18",
                    "low": "429.98",
                    "close": "430.47",
                    "volume": 19730300,
                }
            )
        ],
    )
    def get(self, request: Request, ticker: str) -> Response:
        query = parsed(CandleQuery, request.query_params)
        try:
            candles = candle_list(ticker=ticker, **query)
        except LookupError:
            raise NotFound() from None
        return Response(JsonText(f"[{','.join(candles)}]"))
