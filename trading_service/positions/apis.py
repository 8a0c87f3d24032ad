"""/api/v1/positions and /api/v1/portfolio: positions, and their value by day."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.serializers import parsed, rendered
from servicekit.api.views import Api
from trading_service.positions import selectors
from trading_service.positions.serializers import (
    HistoryOutput,
    HistoryQuery,
    PortfolioOutput,
    PortfolioWithClosedOutput,
    PositionQuery,
    TotalsOutput,
)


class PositionListApi(Api):
    """A customer's positions."""

    @extend_schema(
        operation_id="positions_list",
        parameters=[PositionQuery],
        responses=PortfolioWithClosedOutput,
        summary="My positions and their value",
        description="Open positions, or with `closed=true` those that were sold completely; with "
        "`include=closed` both, the latter as `closed`. The totals are over all positions in any case.",
    )
    def get(self, request: Request) -> Response:
        wanted = parsed(PositionQuery, request.query_params)
        shown = PortfolioWithClosedOutput if wanted.pop("include", "") else PortfolioOutput
        portfolio = selectors.portfolio_get(user_id=self.caller.id, **wanted)
        return Response(rendered(shown, portfolio))


class PortfolioApi(Api):
    """Totals over a customer's positions."""

    @extend_schema(
        operation_id="portfolio_get",
        responses=TotalsOutput,
        summary="My portfolio: value and profit of all positions",
        description="Positions only: cash is in `GET /api/v1/account`.",
    )
    def get(self, request: Request) -> Response:
        return Response(rendered(TotalsOutput, selectors.portfolio_get(user_id=self.caller.id)))


class PortfolioHistoryApi(Api):
    """The value of a customer's positions by day."""

    refusals = {
        "400": _("`day_invalid`, `range_invalid`: the first day is after the last; `range_too_long`.")
    }

    @extend_schema(
        operation_id="portfolio_history",
        parameters=[HistoryQuery],
        responses=HistoryOutput,
        summary="The value of my positions by day",
        description="Each day (UTC) at its last prices; today at the latest quotes. The difference of the "
        "value and the net invested is the profit or loss until then. Cash is not included: "
        "`GET /api/v1/operations` has the balance after each operation.",
    )
    def get(self, request: Request) -> Response:
        history = selectors.portfolio_history(
            user_id=self.caller.id, **parsed(HistoryQuery, request.query_params)
        )
        return Response(rendered(HistoryOutput, history))
