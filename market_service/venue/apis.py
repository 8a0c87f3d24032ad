"""/api/v1/instruments/{ticker}/book and /trades: public market data."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from market_service.public_api import PublicApi
from market_service.venue import selectors
from market_service.venue.serializers import (
    LEVELS,
    BookOutput,
    BookQuery,
    TradeOutput,
    book_shown,
    trade_shown,
)
from servicekit.api.openapi import CURSOR, IF_NONE_MATCH, PAGE_SIZE, answer_example
from servicekit.api.pagination import CursorPages
from servicekit.api.serializers import parsed


class MovingApi(PublicApi):
    """A read that may be cached for one second only."""

    cache_control = "public, max-age=1"


class BookApi(MovingApi):
    """The depth of a book."""

    @extend_schema(
        operation_id="instruments_book",
        parameters=[BookQuery, IF_NONE_MATCH],
        responses=BookOutput,
        summary="The order book, by price",
        description="Per price, the best first: units, and the number of orders. While the exchange itself "
        "trades, it is one order on each side: it sells what is left of the issue, and buys back what it "
        "sold, by default 0.05 % above and below the instrument's price. A market order to buy executes at "
        "the lowest ask, one to sell at the highest bid. During a halt nothing is executed; resting orders "
        "are shown. `price` is the instrument's price of the same moment.",
        examples=[
            answer_example(
                {
                    "ticker": "AAPL",
                    "status": "open",
                    "bids": [{"price": "430.21", "quantity": 120, "orders": 3}],
                    "asks": [{"price": "430.73", "quantity": 5000, "orders": 1}],
                    "price": "430.47",
                    "price_at": "2026-03-02T09:29:58.701204Z",
                    "as_of": "2026-03-02T09:30:00.123456Z",
                }
            )
        ],
    )
    def get(self, request: Request, ticker: str) -> Response:
        levels = parsed(BookQuery, request.query_params).get("levels", LEVELS)
        instrument = self.instrument(ticker)
        book = selectors.depth(instrument_id=instrument.id, levels=levels)
        return Response(book_shown(instrument.ticker, book))


class NewestTrades(CursorPages):
    """The newest first."""

    ordering = ("-trade_seq",)


class TradeListApi(MovingApi):
    """The tape."""

    pagination_class = NewestTrades

    @extend_schema(
        operation_id="instruments_trades",
        parameters=[CURSOR, PAGE_SIZE, IF_NONE_MATCH],
        responses=TradeOutput(many=True),
        summary="The trades, newest first",
        description="Each execution once. `taker_side` is the side of the incoming order.",
        examples=[
            answer_example(
                {
                    "id": "0198c2d1-7a3e-7b11-9c55-3f2f0a6f4e10",
                    "price": "430.47",
                    "quantity": 10,
                    "taker_side": "buy",
                    "executed_at": "2026-03-02T09:30:00.123456Z",
                }
            )
        ],
    )
    def get(self, request: Request, ticker: str) -> Response:
        instrument, pages = self.instrument(ticker), self.pagination_class()
        trades = selectors.trade_list(instrument_id=instrument.id)
        page = pages.paginate_queryset(trades, request, view=self)
        return pages.get_paginated_response([trade_shown(trade, instrument.price_step) for trade in page])
