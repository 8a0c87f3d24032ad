"""The bases of the APIs whose answer is a stream of server-sent events."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from servicekit.api.renderers import Json
from servicekit.api.views import Api
from servicekit.event_stream.follower import Follower
from servicekit.event_stream.listeners import CONTENT_TYPE, answer, listen

#: What OpenAPI says of the answer.
STREAM = {(200, "text/event-stream"): OpenApiTypes.STR}


class NoNegotiation(BaseContentNegotiation):
    """Ignores ``Accept``: a stream has one media type; its errors are JSON."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class StreamApi(Api):
    """``text/event-stream``; a subclass's ``get`` listens."""

    renderer_classes = [Json]
    content_negotiation_class = NoNegotiation
    refusals: dict[str, Any] = {
        "429": _("`too_many_streams`: 10 of the user are open; `rate_limited`."),
        "503": _("`streams_full`: as many are open as can be; `service_unavailable`."),
    }

    def head(self, request: Request) -> HttpResponse:
        """What a GET would be answered with, without listening."""
        self.parse(request)
        return HttpResponse(content_type=CONTENT_TYPE)

    def parse(self, request: Request) -> Any:
        """What is asked for; refuses what is asked wrongly."""


class OwnStreamApi(StreamApi):
    """A stream of what is the caller's: listened to under their id.

    Attributes:
        follower: hears what changes.
    """

    follower: ClassVar[Follower]

    def get(self, request: Request) -> StreamingHttpResponse:
        user = str(self.caller.id)
        listener = listen(request, names=frozenset({user}), user=request.user)
        self.follower.begin()
        self.offer_current(user)
        return answer(listener)

    def offer_current(self, user: str) -> None:
        """Offer the caller what there is to tell at first; by itself nothing."""
