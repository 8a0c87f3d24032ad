"""/api/v1/instruments/{ticker}/corporate-actions: public market data."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from market_service.corporate_actions import selectors
from market_service.corporate_actions.serializers import CorporateActionOutput, CorporateActionsOutput
from market_service.public_api import PublicApi
from servicekit.api.openapi import IF_NONE_MATCH, answer_example
from servicekit.api.serializers import rendered_many
from servicekit.home_currency import home_currency

#: The newest of an instrument that are told.
MAX_ACTIONS = 100


class CorporateActionsApi(PublicApi):
    """The news of an instrument's dividends and splits."""

    @extend_schema(
        operation_id="instruments_corporate_actions",
        parameters=[IF_NONE_MATCH],
        responses=CorporateActionsOutput,
        summary="Dividends and splits",
        description=f"The newest day first, at most {MAX_ACTIONS}; announced ones included. Whoever holds "
        "units when a dividend is recorded is paid for each, rounded down to the cent. A split halts "
        "trading for some seconds, cancels all open orders and makes `new_units` of every `old_units`; a "
        "fraction of a unit that is left over is paid for at the price after it.",
        examples=[
            answer_example(
                {
                    "results": [
                        {
                            "id": "0198c2d1-7a3e-7b11-9c55-3f2f0a6f4e10",
                            "type": "dividend",
                            "state": "completed",
                            "day": "2026-03-02",
                            "per_unit": "0.24",
                            "currency": home_currency(),
                            "old_units": None,
                            "new_units": None,
                            "reason": "Dividend of the first quarter",
                        }
                    ]
                }
            )
        ],
    )
    def get(self, request: Request, ticker: str) -> Response:
        actions = selectors.actions_shown(self.instrument(ticker).id)[:MAX_ACTIONS]
        return Response({"results": rendered_many(CorporateActionOutput, actions)})
