"""/api/v1/positions: what a customer owns."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.serializers import rendered
from servicekit.api.views import Api
from trading_service.positions import selectors
from trading_service.positions.serializers import PortfolioOutput


class PositionListApi(Api):
    """A customer's positions."""

    @extend_schema(
        operation_id="positions_list",
        responses=PortfolioOutput,
        summary="My positions, and what they are worth",
    )
    def get(self, request: Request) -> Response:
        return Response(rendered(PortfolioOutput, selectors.portfolio_get(user_id=self.caller.id)))
