"""A span for each task of Celery: a trace of its own, which what the task publishes carries on."""

from __future__ import annotations

from typing import Any

from celery import signals
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import Span, SpanKind, set_span_in_context

from servicekit.telemetry import Origin, origin_begin
from servicekit.tracing.spans import carried_on, failed, tracer

#: By the task's id, of those that run.
_running: dict[str, tuple[Span, Any]] = {}


def begin() -> None:
    """Look at every task that this worker runs from now on; after what names its origin."""
    signals.task_prerun.connect(_begun)
    signals.task_failure.connect(_failed)
    signals.task_postrun.connect(_ended)


def _begun(task_id: str, task: Any, **_signal: Any) -> None:
    attributes = {"messaging.system": "celery", "birzha.request_id": task_id}
    span = tracer.start_span(task.name, Context(), SpanKind.CONSUMER, attributes)
    _running[task_id] = span, attach(set_span_in_context(span))
    origin_begin(carried_on(Origin(task_id), span))


def _failed(task_id: str, exception: BaseException, **_signal: Any) -> None:
    if task_id in _running:
        failed(_running[task_id][0], exception)


def _ended(task_id: str, **_signal: Any) -> None:
    if task_id in _running:
        span, token = _running.pop(task_id)
        detach(token)
        span.end()
