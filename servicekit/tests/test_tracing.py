"""Spans: nothing of them without an endpoint, none that wait for a collector, and each in its own trace."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from servicekit.contracts.user import AccountRegistered
from servicekit.ids import new_id
from servicekit.messaging.consume import traced_calls
from servicekit.messaging.envelope import Received
from servicekit.tests.test_settings import home, run

__all__ = ["home"]

#: What the web server and the worker of a service load.
LOAD = """
import sys
from trading_service.config.celery import app
from trading_service.config.wsgi import application
print([name for name in ("opentelemetry.sdk.trace", "opentelemetry.exporter") if name in sys.modules])
"""
#: More spans than the queue has room for.
MANY = """
from opentelemetry import trace
tracer = trace.get_tracer("many")
for number in range(20_000):
    tracer.start_span("one").end()
print("made")
"""
SETTINGS = {"DJANGO_SETTINGS_MODULE": "trading_service.config.settings"}


def test_without_an_endpoint_nothing_of_it_is_imported(home: Path) -> None:
    """What counts metrics redis-py imports by itself wherever it is installed: it is where it is wished."""
    off = run(LOAD, home, OTEL_TRACES_SAMPLER="always_on", **SETTINGS)
    assert off.stdout == "[]\n", off.stderr


@pytest.mark.parametrize("listens", [True, False])
def test_a_collector_that_is_away_holds_up_nothing_and_no_end(listens: bool, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1] if listens else 1}"
        done = run(LOAD + MANY, home, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, **SETTINGS)
    imported, *said = done.stdout.splitlines()
    assert "opentelemetry.sdk" in imported
    assert (done.returncode, said) == (0, ["made"]), done.stderr
    assert "takes no spans" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def finished(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What spans there are, in this process alone."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(traced_calls, "tracer", provider.get_tracer("test"))
    return exporter


def received(traceparent: str) -> Received[Any]:
    id = new_id()
    event = AccountRegistered(
        user_id=id, username="canary", email="canary@example.com", locale="en", registered_at=timezone.now()
    )
    return Received(
        new_id(), event.TYPE, "user", event.subject, 1, timezone.now(), "click", traceparent, event
    )


def traceparent(digit: str) -> str:
    return f"00-{digit * 32}-{digit * 16}-01"


def test_each_event_of_a_batch_has_a_span_in_its_own_trace(finished: InMemorySpanExporter) -> None:
    messages = [received(traceparent("a")), received(traceparent("b"))]
    with traced_calls.handling(messages) as given:
        work = trace.get_current_span().get_span_context()
    assert [message.traceparent[:36] for message in given] == [f"00-{'a' * 32}-", f"00-{'b' * 32}-"]
    assert [message.id for message in given] == [message.id for message in messages]
    found = {span.context.trace_id: span for span in finished.get_finished_spans()}
    of_events = [found[int(digit * 32, 16)] for digit in "ab"]
    for digit, span, message in zip("ab", of_events, given, strict=True):
        assert span.parent.span_id == int(digit * 16, 16)
        assert message.traceparent == f"00-{digit * 32}-{span.context.span_id:016x}-01"
    (call,) = (span for span in finished.get_finished_spans() if span not in of_events)
    assert call.parent is None
    assert [link.context.span_id for link in call.links] == [span.context.span_id for span in of_events]
    assert all(span.links[0].context.span_id == call.context.span_id for span in of_events)
    assert work == call.context, "what is done for all is below it"


def test_an_error_is_told_by_its_kind_alone(finished: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError), traced_calls.handling([received(traceparent("a"))]):
        raise ValueError("canary of a customer")
    (span,) = finished.get_finished_spans()
    assert span.attributes["error.type"] == "ValueError"
    assert "canary" not in span.to_json()
