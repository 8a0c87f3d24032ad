"""Gauges of what waits to be delivered, read from the database when the web process is scraped."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Min
from django.db.models.functions import Now
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from notification_service.delivery.models import Delivery, State
from notification_service.kinds import EXTERNAL


class DeliveryCollector(Collector):
    """The gauges, computed on each scrape."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: registering asks no database."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """None while the database is away."""
        try:
            due = Delivery.objects.filter(state=State.PENDING).values_list("channel")
            waiting = {
                channel: (count, late.total_seconds())
                for channel, count, late in due.annotate(count=Count("pk"), late=Now() - Min("next_at"))
            }
            failed = Delivery.objects.filter(state=State.FAILED).count()
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
            overdue.add_metric([channel.value], max(0.0, late))
        yield from (pending, overdue)
        yield GaugeMetricFamily("birzha_deliveries_given_up", "Failed deliveries, to be looked at", failed)
