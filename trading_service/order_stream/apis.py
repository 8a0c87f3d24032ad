"""GET /api/v1/orders/stream."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from servicekit import event_stream
from servicekit.api.renderers import Json
from servicekit.api.views import Api
from servicekit.event_stream.negotiation import NoNegotiation
from trading_service.order_stream.services import follower


class OrdersStreamApi(Api):
    """``text/event-stream``: each of the customer's orders as it changes."""

    renderer_classes = [Json]
    content_negotiation_class = NoNegotiation
    refusals = {
        "429": _("`too_many_streams`: 10 of the user are open; `rate_limited`."),
        "503": _("`streams_full`: as many are open as can be; `service_unavailable`."),
    }

    def head(self, request: Request) -> HttpResponse:
        """What a GET would be answered with, without listening."""
        return HttpResponse(content_type=event_stream.CONTENT_TYPE)

    @extend_schema(
        operation_id="orders_stream",
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
        summary="My orders as they change",
        description="Server-sent events until the client disconnects or the session or token ends. "
        "`event: order`, and as `data` the order as the list shows it, whenever it has changed: placed, "
        "submitted, resting, filled in part or in full, being canceled, ended. A slow reader gets only the "
        "latest of each order. What changed while no stream was open is not told: read the orders once after "
        "each connect, and at each `event: again`. After 15 s without an event comes `event: heartbeat`.",
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        listener = event_stream.listen(request, names=frozenset({str(self.caller.id)}), user=request.user)
        follower.begin()
        return event_stream.answer(listener)
