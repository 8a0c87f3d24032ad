"""Where spans go: OTLP by HTTP, from a thread of its own, out of a queue that drops what does not fit.

The environment variables are OpenTelemetry's own
(https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
"""

from __future__ import annotations

import atexit
import logging
import os
import time
from collections.abc import Sequence
from uuid import uuid4

from django.conf import settings
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from servicekit.tracing import sql

log = logging.getLogger(__name__)

#: Seconds for one request to the collector, where nobody says otherwise, and for the last of them at the end
#: of a process: a collector that is away holds up no restart.
EXPORT_S, EXIT_S = 2.0, 2.0
#: Seconds between two log lines that say that spans are lost.
COMPLAIN_EVERY_S = 600.0


class Exporter(SpanExporter):
    """Sends, and gives up where nobody answers; the loss is logged once in a while."""

    def __init__(self) -> None:
        os.environ.setdefault("OTEL_EXPORTER_OTLP_TIMEOUT", f"{EXPORT_S:g}")
        self._otlp = OTLPSpanExporter()
        self._ends_at = float("inf")
        self._complain_at = 0.0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """See :class:`SpanExporter`; called by one thread."""
        if time.monotonic() > self._ends_at:
            return SpanExportResult.FAILURE
        result = self._otlp.export(spans)
        if result is not SpanExportResult.SUCCESS and time.monotonic() > self._complain_at:
            self._complain_at = time.monotonic() + COMPLAIN_EVERY_S
            log.warning("the collector of traces takes no spans; they are dropped")
        return result

    def shutdown(self) -> None:
        """See :class:`SpanExporter`."""
        self._otlp.shutdown()

    def end_soon(self) -> None:
        """Nothing is sent any more after :data:`EXIT_S`."""
        self._ends_at = time.monotonic() + EXIT_S


def begin() -> None:
    """Have spans made and sent by this process, from now on; once is enough."""
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return
    os.environ |= settings.OPENTELEMETRY
    # the exporter would log each failure, with the address and its retries
    logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)
    own = {SERVICE_NAME: settings.SERVICE_NAME, "service.instance.id": str(uuid4())}
    resource = Resource({"service.namespace": "birzha"}).merge(Resource.create(own))
    exporter = Exporter()
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    atexit.register(_end, provider, exporter)
    sql.begin()


def _end(provider: TracerProvider, exporter: Exporter) -> None:
    exporter.end_soon()
    provider.shutdown()
