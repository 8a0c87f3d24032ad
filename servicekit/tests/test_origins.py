"""One id from click to end: what is published, logged and given up of an event carries its own origin."""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from servicekit.contracts import Event
from servicekit.ids import new_id
from servicekit.messaging.consume import failures, inbox
from servicekit.messaging.envelope import Received, from_attributes, origin_of, parse, to_json
from servicekit.messaging.models import FailedEvent, InboxEvent, OutboxEvent
from servicekit.messaging.operate import dead_letters
from servicekit.messaging.publish import Outgoing, origins, publish, publish_many
from servicekit.telemetry import (
    JsonFormatter,
    Origin,
    RequestContextMiddleware,
    StderrHandler,
    context_of,
    current_origin,
    log_each,
    origin_context,
    trace_context,
)
from servicekit.testing.origins import published_origins, some_origins
from servicekit.tests.sending import cancel_requested, consume_until, declined, placed
from servicekit.tests.server import administrator

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The log lines so far, as they are written."""
    texts: list[str] = []

    class Written(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            texts.extend(self.format(record).splitlines())

    handler = Written()
    handler.setFormatter(JsonFormatter("trading"))
    logging.getLogger("servicekit").addHandler(handler)
    caplog.set_level(logging.INFO, "servicekit")
    yield lambda: [json.loads(text) for text in texts]
    logging.getLogger("servicekit").removeHandler(handler)


def received(event: Event, origin: Origin, *, id: UUID | None = None) -> Received[Any]:
    return from_attributes(parse(envelope_json(event, origin, id=id)))


def envelope_json(event: Event, origin: Origin, *, id: UUID | None = None) -> str:
    return to_json(
        event,
        id=id or new_id(),
        source="billing",
        subject=event.subject,
        sequence=1,
        time=timezone.now(),
        **origin._asdict(),
    )


@pytest.mark.parametrize(
    ("traceparent", "tracestate", "kept"),
    [
        (TRACE, "", (TRACE, "")),
        (
            TRACE,
            "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
            (TRACE, "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"),
        ),
        (TRACE, " a=1 , ,fw529a3039@dt=FfAzMzE\t", (TRACE, "a=1,fw529a3039@dt=FfAzMzE")),
        (TRACE, "a=1,a=2", (TRACE, "")),
        (TRACE, "A=1", (TRACE, "")),
        (TRACE, "a=1\x00", (TRACE, "")),
        (TRACE, "a", (TRACE, "")),
        (TRACE, ",".join(f"k{n}=1" for n in range(40)), (TRACE, ",".join(f"k{n}=1" for n in range(32)))),
        (TRACE, f"a={'1' * 200},b={'2' * 200},c={'3' * 200}", (TRACE, f"a={'1' * 200},b={'2' * 200}")),
        ("cc" + TRACE[2:], "a=1", (TRACE, "a=1")),
        ("cc" + TRACE[2:] + "-what-comes", "a=1", (TRACE, "a=1")),
        (TRACE + "-what-comes", "a=1", ("", "")),
        ("cc" + TRACE[2:] + ".what", "a=1", ("", "")),
        ("ff" + TRACE[2:], "a=1", ("", "")),
        ("00-00000000000000000000000000000000-b7ad6b7169203331-01", "a=1", ("", "")),
        ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", "a=1", ("", "")),
        (TRACE.upper(), "a=1", ("", "")),
        (f"{TRACE},{TRACE}", "a=1", ("", "")),
        ("", "a=1", ("", "")),
    ],
)
def test_a_trace_is_taken_as_w3c_says(traceparent: str, tracestate: str, kept: tuple[str, str]) -> None:
    assert trace_context(traceparent, tracestate) == kept


def test_a_request_brings_its_id_and_its_trace() -> None:
    seen: list[Origin] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(current_origin())
        return HttpResponse()

    request = HttpRequest()
    request.META = {"HTTP_X_REQUEST_ID": "click-1", "HTTP_TRACEPARENT": TRACE, "HTTP_TRACESTATE": "a=1"}
    assert RequestContextMiddleware(view)(request)["X-Request-Id"] == "click-1"
    assert seen == [Origin("click-1", TRACE, "a=1")]
    assert current_origin() == Origin()


def test_lines_have_the_id_and_the_trace(lines: Callable[[], list[dict[str, Any]]]) -> None:
    with origin_context(Origin("click-1", TRACE, "a=1")):
        logging.getLogger("servicekit").info("something")
    (line,) = lines()
    assert (line["request_id"], line["traceparent"]) == ("click-1", TRACE)


def test_lines_of_many_events_are_written_together_soon_and_before_the_next_line() -> None:
    stream = io.StringIO()
    handler = StderrHandler()
    handler.setStream(stream)
    handler.setFormatter(JsonFormatter("trading"))
    handler.HELD_S = 0.05
    log = logging.getLogger("servicekit.tests.held")
    log.propagate = False
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    try:
        log_each(log, "event.handled", "handled", [(Origin("one"), {"n": "1"}), (Origin("two"), {"n": "2"})])
        assert stream.getvalue() == ""
        log.warning("next")
        written = [json.loads(line) for line in stream.getvalue().splitlines()]
        assert [line.get("n", line["message"]) for line in written] == ["1", "2", "next"]
        log_each(log, "event.handled", "handled", [(Origin("three"), {"n": "3"})])
        end = time.monotonic() + 60
        while '"3"' not in stream.getvalue():
            assert time.monotonic() < end
            time.sleep(0.01)
        log_each(log, "event.handled", "handled", [(Origin("four"), {"n": "4"})])
        handler.flush()
        assert stream.getvalue().endswith("\n")
        assert json.loads(stream.getvalue().splitlines()[-1])["request_id"] == "four"
    finally:
        log.removeHandler(handler)


@pytest.mark.django_db(transaction=True)
class TestBatches:
    def test_what_is_published_says_of_which_event_it_comes(self, batch_calls: list) -> None:
        def handler(messages: Sequence[Received[Any]]) -> None:
            publish_many(
                Outgoing(cancel_requested(message.event.order_id), cause=message) for message in messages
            )

        batch_calls.append(handler)
        clicks = some_origins(20)
        orders = [new_id() for _ in clicks]
        messages = [received(declined(order), click) for order, click in zip(orders, clicks, strict=True)]
        inbox.handle(messages)
        origins = [(subject, origin) for _, subject, origin in published_origins()]
        assert origins == [(f"order/{order}", click) for order, click in zip(orders, clicks, strict=True)]

    def test_it_cannot_leave_that_open(self, batch_calls: list) -> None:
        batch_calls.append(lambda messages: publish(cancel_requested(new_id())))
        messages = [received(declined(), click) for click in some_origins(2)]
        with pytest.raises(LookupError, match="which of the events"):
            inbox.handle(messages)
        assert not OutboxEvent.objects.exists()
        assert not InboxEvent.objects.exists()

    def test_alone_there_is_no_question(self, batch_calls: list) -> None:
        batch_calls.append(lambda messages: publish(cancel_requested(new_id())))
        (click,) = some_origins(1)
        inbox.handle([received(declined(), click)])
        assert [origin for *_, origin in published_origins()] == [click]

    def test_an_operators_request_is_not_theirs(self, batch_calls: list) -> None:
        """A dead letter that is retried from the admin."""
        seen: list[Origin] = []
        batch_calls.append(lambda messages: seen.append(current_origin()))
        clicks = some_origins(3)
        with origin_context(Origin("operator")):
            inbox.handle([received(declined(), clicks[0])])
            inbox.handle([received(declined(), click) for click in clicks[1:]])
        assert seen == [clicks[0], Origin()]

    def test_each_event_is_a_line_with_its_own_id(
        self, batch_calls: list, calls: list, lines: Callable[[], list[dict[str, Any]]]
    ) -> None:
        def handler(messages: Sequence[Received[Any]]) -> None:
            with context_of(messages[1]):
                logging.getLogger("servicekit").warning("of the second")

        batch_calls.append(handler)
        clicks = some_origins(6)
        messages = [
            received(event(), click) for event, click in zip([declined, placed] * 3, clicks, strict=True)
        ]
        assert inbox.handle([*messages, messages[0]]) == 6
        second, *handled = lines()
        assert (second["message"], second["request_id"]) == ("of the second", clicks[2].request_id)
        names = ("event", "event_id", "type", "subject", "request_id", "traceparent")
        assert [tuple(line[name] for name in names) for line in handled] == [
            ("event.handled", str(m.id), m.type, m.subject, m.request_id, m.traceparent) for m in messages
        ]
        assert {line["service"] for line in handled} == {"trading"}
        assert inbox.handle(messages) == 0
        assert [line for line in lines() if line.get("event") == "event.handled"] == handled

    def test_what_fails_is_logged_under_its_own_id(
        self,
        redis_streams: Any,
        batch_calls: list,
        lines: Callable[[], list[dict[str, Any]]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(failures, "MIN_BACKOFF_S", 0.01)
        monkeypatch.setattr(failures, "MAX_ATTEMPTS", 2)
        clicks, ids = some_origins(9), [new_id() for _ in range(9)]

        def handler(messages: Sequence[Received[Any]]) -> None:
            if any(message.id == ids[4] for message in messages):
                raise ValueError("bad")

        batch_calls.append(handler)
        with redis_streams.pipeline() as pipeline:
            for id_, click in zip(ids, clicks, strict=True):
                pipeline.xadd("events:billing", {"envelope": envelope_json(declined(), click, id=id_)})
            unreadable = envelope_json(declined(), Origin("unreadable")).replace('"amount"', '"amount_"')
            unreadable = unreadable.replace('"required"', '"required_"')
            pipeline.xadd("events:billing", {"envelope": unreadable})
            pipeline.execute()
        consume_until(lambda: FailedEvent.objects.filter(dead_at__isnull=False).count() == 2)
        handled = [line for line in lines() if line.get("event") == "event.handled"]
        assert {(line["event_id"], line["request_id"]) for line in handled} == {
            (str(id_), click.request_id) for id_, click in zip(ids, clicks, strict=True) if id_ != ids[4]
        }
        failed = [line for line in lines() if line.get("event") == "event.failed"]
        dead = [line for line in lines() if line.get("event") == "event.dead_letter"]
        assert {line["request_id"] for line in failed} == {clicks[4].request_id}
        assert {line["event_id"] for line in failed} == {str(ids[4])}
        assert {line["request_id"] for line in dead} == {clicks[4].request_id, "unreadable"}
        with origin_context(Origin("operator")):
            assert not dead_letters.retry(ids[4]).handled
            batch_calls.clear()
            assert dead_letters.retry(ids[4]).handled
        again = [line for line in lines() if line.get("event_id") == str(ids[4])]
        assert {line["request_id"] for line in again} == {clicks[4].request_id}
        assert again[-1]["event"] == "event.handled"
        administrator().delete("events:trading:dead")


@pytest.mark.django_db(transaction=True)
def test_what_an_aggregate_comes_of_is_known_by_its_first_event() -> None:
    clicks = some_origins(4)
    orders = [new_id() for _ in clicks]
    with transaction.atomic():
        for number, (order, click) in enumerate(zip(orders, clicks, strict=True)):
            publish_many([Outgoing(cancel_requested(order), number + 2, Origin("later"))])
            publish_many([Outgoing(cancel_requested(order), number + 1, click)])
    known = origins([*(f"order/{order}" for order in orders), f"order/{new_id()}"])
    assert known == {f"order/{order}": click for order, click in zip(orders, clicks, strict=True)}
    assert origin_of("not an envelope") == Origin()
