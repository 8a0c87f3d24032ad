"""Backlog metrics: Prometheus gauges, computed from the database and Redis when the web process is scraped.

So they are available even while the worker is down.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from servicekit.messaging.operate.status import status


class BacklogCollector(Collector):
    """Gauges of the backlog, computed on each scrape."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: registering asks no database."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges; none while the database is away, those of the stream only while Redis answers."""
        try:
            now = status()
        except (DatabaseError, InterfaceError):
            return
        yield GaugeMetricFamily("birzha_outbox_unsent_events", "Outbox events not sent yet", now.unsent)
        yield GaugeMetricFamily(
            "birzha_outbox_oldest_unsent_seconds",
            "Age of the oldest event not sent yet",
            now.oldest_unsent_seconds,
        )
        yield GaugeMetricFamily(
            "birzha_retrying_events", "Received events that are tried again", now.retrying
        )
        yield GaugeMetricFamily(
            "birzha_replayed_events",
            "Events sent again lately because an inbox had missed them",
            now.replayed,
        )
        yield GaugeMetricFamily("birzha_dead_letter_events", "Received events that were given up", now.dead)
        if now.stream_length is None:
            return
        yield GaugeMetricFamily(
            "birzha_stream_entries", "Entries on this service's stream", now.stream_length
        )
        lag = GaugeMetricFamily(
            "birzha_stream_group_lag_events", "Entries a group has not read", labels=["group"]
        )
        pending = GaugeMetricFamily(
            "birzha_stream_group_pending_events", "Entries a group has not acknowledged", labels=["group"]
        )
        there = GaugeMetricFamily(
            "birzha_stream_group_up", "Whether Redis knows a known group", labels=["group"]
        )
        for group in now.subscribers:
            lag.add_metric([group.group], group.lag)
            pending.add_metric([group.group], group.pending)
            there.add_metric([group.group], int(group.here))
        yield from (lag, pending, there)
