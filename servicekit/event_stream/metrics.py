"""Prometheus metrics of a stream process, at ``/metrics`` of its own socket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from threading import Lock

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from servicekit.event_stream.errors import StreamsFull, TooManyStreams

_lock = Lock()
_listeners = 0
_dropped = 0
_refused = Counter({TooManyStreams.code: 0, StreamsFull.code: 0})


def listening(change: int) -> None:
    """So many more listen, or fewer."""
    global _listeners
    with _lock:
        _listeners += change


def dropped() -> None:
    """A listener was too slow for an event: it gets the newer one instead."""
    global _dropped
    with _lock:
        _dropped += 1


def refused(code: str) -> None:
    """Somebody may not listen.

    Args:
        code: of the error, such as ``streams_full``.
    """
    with _lock:
        _refused[code] += 1


class EventStreamCollector(Collector):
    """The counters above; every series exists from the start."""

    def collect(self) -> Iterator[Metric]:
        """As they are now."""
        with _lock:
            listeners, dropped, refused = _listeners, _dropped, dict(_refused)
        yield GaugeMetricFamily("birzha_event_stream_listeners", "Streams that are open", listeners)
        yield CounterMetricFamily(
            "birzha_event_stream_dropped",
            "Events that a slow listener did not get, as newer ones came first",
            dropped,
        )
        by_code = CounterMetricFamily(
            "birzha_event_stream_refused", "Streams that were refused", labels=["code"]
        )
        for code, count in refused.items():
            by_code.add_metric([code], count)
        yield by_code


def register() -> None:
    """Answer with them from now on; called once, by the process that holds streams open."""
    REGISTRY.register(EventStreamCollector())
