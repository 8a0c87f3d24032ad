"""Spans for OpenTelemetry, where an endpoint is set; without one nothing of OpenTelemetry is imported.

A request (``requests``), the SQL below it (``sql``), a periodic task (``tasks``) and the handling of an event
(``messaging/consume/traced_calls.py``) have a span each. The trace goes on in the ``traceparent`` of the
origin (``telemetry``), which events carry anyway: so every span of what comes of a click is in the trace of
the click. See docs/adr/0072-spans-where-an-endpoint-is-set.md.
"""

from __future__ import annotations

from django.conf import settings


def is_on() -> bool:
    """Whether spans are sent anywhere: the setting OTEL_EXPORTER_OTLP_ENDPOINT."""
    return "OTEL_EXPORTER_OTLP_ENDPOINT" in settings.OPENTELEMETRY


def begin() -> None:
    """From now on this process has spans, if it is to have any. Called in each, after it was forked."""
    if is_on():
        from servicekit.tracing import exporting

        exporting.begin()


def begin_tasks() -> None:
    """The same in a worker, whose tasks have spans too; after what else names a task's origin."""
    if is_on():
        from servicekit.tracing import tasks

        begin()
        tasks.begin()
