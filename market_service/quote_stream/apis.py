"""The stream of quotes, for whoever watches prices move. What goes on in it tells the README."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from rest_framework.request import Request

from market_service.instruments.models import Instrument
from market_service.instruments.selectors import instruments_by_ticker
from market_service.quote_stream.errors import InstrumentUnknown
from market_service.quote_stream.serializers import QuotesStreamQuery
from market_service.quote_stream.services import stream_begin
from market_service.quotes.selectors import quotes_number
from servicekit import event_stream
from servicekit.api.serializers import parsed
from servicekit.api.views import Api
from servicekit.auth.tokens import decode


class QuotesStreamApi(Api):
    """``text/event-stream``: the present quote of each instrument asked for, then each that changes."""

    public = True
    schema = None
    content_negotiation_class = event_stream.NoNegotiation

    def head(self, request: Request) -> HttpResponse:
        """What a GET would be answered with, without listening."""
        self._asked(request)
        return HttpResponse(content_type=event_stream.CONTENT_TYPE)

    def get(self, request: Request) -> StreamingHttpResponse:
        number = quotes_number()  # before the quotes, which may be newer and are then told once more
        found = self._asked(request)
        listener = event_stream.listen(
            request,
            names=frozenset(str(instrument.id) for instrument in found.values()),
            user=request.user,
            expires_at=_expiry(request.auth),
        )
        stream_begin(listener, found.values(), number=number, after=_last_event_id(request))
        return event_stream.answer(listener, "quote")

    def _asked(self, request: Request) -> dict[str, Instrument]:
        wanted: list[str] = parsed(QuotesStreamQuery, request.query_params)["tickers"]
        found = instruments_by_ticker(wanted)
        if unknown := [ticker for ticker in wanted if ticker not in found]:
            raise InstrumentUnknown(ticker=unknown[0])
        return found


def _expiry(token: Any) -> float | None:
    return float(decode(token)["exp"]) if token else None


def _last_event_id(request: Request) -> int:
    text = request.headers.get("Last-Event-ID", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
