"""GET /api/v1/notifications/stream."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from notification_service.unread_stream.services import follower, on_inboxes_changed
from servicekit import event_stream
from servicekit.api.renderers import Json
from servicekit.api.views import Api
from servicekit.event_stream.negotiation import NoNegotiation


class UnreadStreamApi(Api):
    """``text/event-stream``: how many notifications are unread, as it changes."""

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
        operation_id="notifications_stream",
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
        summary="How many notifications are unread, as it changes",
        description="Server-sent events until the client disconnects or the session or token ends: first the "
        "present count, then it whenever a notification has come or was read. `event: unread`, and "
        '`data: {"unread_count": 3}`. At `event: again` some may have been '
        "missed: read the notifications. After 15 s without an event comes `event: heartbeat`.",
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        listener = event_stream.listen(request, names=frozenset({str(self.caller.id)}), user=request.user)
        follower.begin()
        on_inboxes_changed([str(self.caller.id)])
        return event_stream.answer(listener)
