"""A span for each event that is handled, in the trace of what caused the event.

The events of a batch are handled by one call: each of them has its span, in its own trace, and a span of the
call, with links to all of them, has what is done for all, the SQL. An event that comes of one that is
handled carries on the trace from that one's span.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, use_span

from servicekit.messaging import streams
from servicekit.messaging.envelope import Received
from servicekit.tracing.spans import failed, traceparent_of, tracer, within


@contextmanager
def handling(messages: Sequence[Received[Any]]) -> Iterator[Sequence[Received[Any]]]:
    """A block in which events are handled by one call.

    Returns:
        A context manager; it gives the events as their handler is to have them.
    """
    begun = time.time_ns()
    spans = [_span_of(message, begun) for message in messages]
    work = spans[0] if len(spans) == 1 else _span_of_call(messages, spans)
    try:
        with use_span(work, record_exception=False, set_status_on_exception=False):
            yield [
                message._replace(traceparent=traceparent_of(span))
                for message, span in zip(messages, spans, strict=True)
            ]
    except Exception as error:
        for span in {work, *spans}:
            failed(span, error)
        raise
    finally:
        for span in {work, *spans}:
            span.end()


def _span_of(message: Received[Any], begun: int) -> Span:
    waited = timezone.now() - message.time
    return tracer.start_span(
        f"process {message.type}",
        within(message),
        SpanKind.CONSUMER,
        {
            "messaging.system": "redis",
            "messaging.operation.type": "process",
            "messaging.destination.name": streams.stream_of(message.source),
            "messaging.message.id": str(message.id),
            "birzha.event.type": message.type,
            "birzha.event.subject": message.subject,
            "birzha.event.waited_ms": int(waited.total_seconds() * 1000),
            "birzha.request_id": message.request_id,
        },
        start_time=begun,
    )


def _span_of_call(messages: Sequence[Received[Any]], spans: Sequence[Span]) -> Span:
    """Of several events together: it is in nobody's trace."""
    call = tracer.start_span(
        f"process {' '.join(sorted({message.type for message in messages}))}",
        Context(),
        SpanKind.CONSUMER,
        {"messaging.system": "redis", "messaging.batch.message_count": len(messages)},
        links=[Link(span.get_span_context()) for span in spans],
    )
    for span in spans:
        span.add_link(call.get_span_context())
    return call
