"""The worker's Prometheus metrics.

It answers on a socket of its own (``operate/metrics_socket.py``); the backlog is computed when the web
process is asked (``operate/backlog_metrics.py``). The web process's ``/metrics`` has both: one target a
service.
"""

from __future__ import annotations

from collections import Counter as Counted
from collections.abc import Iterable, Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

disable_created_metrics()  # a second series beside every one, which nobody asks for

#: The worker's own; the default registry has the metrics of the web process, under the same names.
WORKER = CollectorRegistry()
ProcessCollector(namespace="birzha_worker", registry=WORKER)

_handled = Counter(
    "birzha_events_handled", "Received events handled for the first time", ["type"], registry=WORKER
)
_seconds = Histogram(
    "birzha_event_handler_seconds",
    "Time of one handler call, which may take many events",
    ["type"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=WORKER,
)
_batch = Histogram(
    "birzha_event_batch_size",
    "Events of one transaction",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200),
    registry=WORKER,
)
_retries = Counter(
    "birzha_event_failures", "Times that the handler of an event raised", ["type"], registry=WORKER
)
_dead = Counter("birzha_event_dead_letters", "Events that were given up", ["type"], registry=WORKER)
_sent = Counter("birzha_events_sent", "Outbox events that the stream took", registry=WORKER)


#: The types of the events that handlers were given in one call, and how many seconds that took.
HandlerCall = tuple[Sequence[str], float]


def committed(ran: Iterable[HandlerCall]) -> None:
    """A transaction has committed in which handlers ran. A call of several types is timed as its first."""
    total = 0
    for types, seconds in ran:
        _seconds.labels(types[0]).observe(seconds)
        for type_name, events in Counted(types).items():
            _handled.labels(type_name).inc(events)
        total += len(types)
    if total:
        _batch.observe(total)


def retried(type_name: str) -> None:
    """A handler raised."""
    _retries.labels(type_name).inc()


def died(type_name: str) -> None:
    """An event was given up."""
    _dead.labels(type_name).inc()


def sent(events: int) -> None:
    """The stream took so many events."""
    _sent.inc(events)
