"""The public stream of quotes; described in the README."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from market_service.instruments.models import Instrument
from market_service.instruments.selectors import instruments_by_ticker
from market_service.quote_stream.books import books_begin, name_of
from market_service.quote_stream.errors import InstrumentUnknown
from market_service.quote_stream.serializers import QuotesStreamQuery
from market_service.quote_stream.services import stream_begin
from market_service.quotes.selectors import quotes_number
from servicekit import event_stream
from servicekit.api.serializers import parsed
from servicekit.event_stream.apis import STREAM, StreamApi

LAST_EVENT_ID = OpenApiParameter(
    "Last-Event-ID",
    str,
    OpenApiParameter.HEADER,
    description="The `id` of the last event received; browsers send it by themselves. "
    "Quotes that have not changed since are not sent again.",
)


class QuotesStreamApi(StreamApi):
    """``text/event-stream``: the current quote of each requested instrument, then every change."""

    public = True
    refusals = StreamApi.refusals | {
        "429": _("`too_many_streams`: 250 of one address or 10 of one user are open; `rate_limited`."),
    }

    @extend_schema(
        operation_id="quotes_stream",
        parameters=[QuotesStreamQuery, LAST_EVENT_ID],
        responses=STREAM,
        summary="Quotes and books as they change",
        description="Server-sent events until the client disconnects or the session or token ends: first the "
        "current quote of each instrument, then every change. `event: quote`, and "
        '`data: {"ticker": "AAPL", "price": "430.47", "price_at": "2025-01-31T09:30:00.000Z"}`. '
        "With `books` also `event: book`, at first, when it changes and when trading is halted or resumed, "
        "at most twice a second: as `data` the five best prices of each side, as "
        "`/instruments/{ticker}/book` shows them, and as `trades` the ten newest. A slow reader gets only "
        "the latest of each. After 15 s without an event comes "
        "`event: heartbeat`.",
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        number = quotes_number()  # before the quotes, which may be newer and are then told once more
        found, books = self.parse(request)
        listener = event_stream.listen(
            request,
            names=frozenset(
                [str(one.id) for one in found.values()] + [name_of(found[ticker].id) for ticker in books]
            ),
            user=request.user,
        )
        stream_begin(listener, found.values(), number=number, after=_last_event_id(request))
        if books:
            books_begin([found[ticker] for ticker in books])
        return event_stream.answer(listener)

    def parse(self, request: Request) -> tuple[dict[str, Instrument], list[str]]:
        """The instruments by ticker, and whose books are listened to."""
        query = parsed(QuotesStreamQuery, request.query_params)
        wanted: list[str] = query["tickers"]
        found = instruments_by_ticker(wanted)
        if unknown := [ticker for ticker in wanted if ticker not in found]:
            raise InstrumentUnknown(ticker=unknown[0])
        return found, query["books"]


def _last_event_id(request: Request) -> int:
    text = request.headers.get("Last-Event-ID", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
