"""/api/v1/watchlist: the instruments that a customer keeps an eye on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.api.problems import NotFound
from servicekit.api.serializers import rendered, rendered_many
from servicekit.api.views import Api
from trading_service.reference.errors import InstrumentUnknown
from trading_service.watchlist import selectors, services
from trading_service.watchlist.models import MAX_WATCHED
from trading_service.watchlist.serializers import WatchedOutput, WatchlistOutput


class WatchlistApi(Api):
    """A customer's watchlist."""

    @extend_schema(
        operation_id="watchlist_get",
        responses=WatchlistOutput,
        summary="My watchlist",
        description="The instruments that I keep an eye on, by ticker. For their prices: "
        "`GET /api/v1/instruments?tickers=AAPL,MSFT`.",
    )
    def get(self, request: Request) -> Response:
        watched = selectors.watched_list(user_id=self.caller.id)
        return Response({"limit": MAX_WATCHED, "results": rendered_many(WatchedOutput, watched)})


class WatchedApi(Api):
    """One instrument on a customer's watchlist."""

    refusals = {"409": _("`watchlist_full`: it has as many instruments as it may have.")}

    @extend_schema(
        operation_id="watchlist_add",
        request=None,
        responses=WatchedOutput,
        summary="Put an instrument on my watchlist",
        description="Repeating the request changes nothing.",
    )
    def put(self, request: Request, ticker: str) -> Response:
        try:
            watched = services.instrument_watch(user_id=self.caller.id, ticker=ticker)
        except InstrumentUnknown:
            raise NotFound from None
        return Response(rendered(WatchedOutput, watched))

    @extend_schema(
        operation_id="watchlist_remove",
        responses={204: None},
        summary="Take an instrument off my watchlist",
        description="Repeating the request changes nothing, nor does a ticker that is not on it.",
    )
    def delete(self, request: Request, ticker: str) -> Response:
        services.instrument_unwatch(user_id=self.caller.id, ticker=ticker)
        return Response(status=status.HTTP_204_NO_CONTENT)
