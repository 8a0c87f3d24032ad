"""What all spans have in common: how they follow an origin's ``traceparent``, and end in an error."""

from __future__ import annotations

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from servicekit.telemetry import HasOrigin, Origin

#: Takes the provider that is set later.
tracer = trace.get_tracer("birzha")

_w3c = TraceContextTextMapPropagator()


def within(origin: HasOrigin) -> Context:
    """The context of what an origin's ``traceparent`` names; a new trace when it has none."""
    return _w3c.extract(
        {"traceparent": origin.traceparent, "tracestate": origin.tracestate}, context=Context()
    )


def traceparent_of(span: Span) -> str:
    """W3C trace context: what comes of the span carries it on."""
    carrier: dict[str, str] = {}
    _w3c.inject(carrier, context=trace.set_span_in_context(span, Context()))
    return carrier.get("traceparent", "")


def carried_on(origin: Origin, span: Span) -> Origin:
    """The origin of what comes of the span."""
    return origin._replace(traceparent=traceparent_of(span))


def failed(span: Span, error: BaseException) -> None:
    """The kind of the error, and nothing that it says: PostgreSQL's have customers' values in them."""
    span.set_attribute("error.type", type(error).__qualname__)
    span.set_status(StatusCode.ERROR)
