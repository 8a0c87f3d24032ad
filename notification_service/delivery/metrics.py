"""Gauges of what waits to be delivered, read from the database when the web process is scraped."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError, connection
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from notification_service.delivery.models import Delivery
from notification_service.kinds import EXTERNAL

_TABLE = Delivery._meta.db_table
_PENDING = f"""
SELECT channel, count(*), coalesce(extract(epoch FROM now() - min(next_at)), 0)
FROM {_TABLE} WHERE state = 'pending' GROUP BY 1
"""
_FAILED = f"SELECT count(*) FROM {_TABLE} WHERE state = 'failed'"


class DeliveryCollector(Collector):
    """The gauges, computed on each scrape."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: registering asks no database."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """None while the database is away."""
        try:
            with connection.cursor() as cursor:
                cursor.execute(_PENDING)
                waiting = {channel: (count, late) for channel, count, late in cursor.fetchall()}
                cursor.execute(_FAILED)
                (failed,) = cursor.fetchone()
        except (DatabaseError, InterfaceError):
            return
        pending = GaugeMetricFamily(
            "birzha_deliveries_pending", "Deliveries not sent yet", labels=["channel"]
        )
        overdue = GaugeMetricFamily(
            "birzha_deliveries_overdue_seconds", "For how long the first one has been due", labels=["channel"]
        )
        for channel in EXTERNAL:
            count, late = waiting.get(channel.value, (0, 0))
            pending.add_metric([channel.value], count)
            overdue.add_metric([channel.value], max(0.0, float(late)))
        yield from (pending, overdue)
        yield GaugeMetricFamily("birzha_deliveries_given_up", "Failed deliveries, to be looked at", failed)
