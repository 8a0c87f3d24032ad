"""A span for each request that a service answers."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from opentelemetry.trace import SpanKind, StatusCode, use_span

from servicekit import tracing
from servicekit.telemetry import Origin, RequestContextMiddleware, origin_context
from servicekit.tracing.spans import carried_on, tracer, within

#: A client may say any other; that one is called ``_OTHER``.
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class TracedRequestMiddleware(RequestContextMiddleware):
    """In the place of :class:`RequestContextMiddleware`.

    The span has the pattern of the address (``http.route``), never the address itself: people type anything.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        tracing.begin()

    def answer(self, request: HttpRequest, origin: Origin) -> HttpResponse:
        """See :meth:`RequestContextMiddleware.answer`."""
        method = str(request.method) if request.method in METHODS else "_OTHER"
        span = tracer.start_span(
            method,
            within(origin),
            SpanKind.SERVER,
            {"http.request.method": method, "birzha.request_id": origin.request_id},
        )
        with (
            use_span(span, end_on_exit=True, record_exception=False),
            origin_context(carried_on(origin, span)),
        ):
            response = self.get_response(request)
            if match := request.resolver_match:
                span.update_name(f"{method} /{match.route}")
                span.set_attribute("http.route", f"/{match.route}")
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= 500:
                span.set_status(StatusCode.ERROR)
        return response
