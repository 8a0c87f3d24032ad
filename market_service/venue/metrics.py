"""The venue's Prometheus metrics, read from the database on each scrape, so any process can serve them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from market_service.venue.selectors import breaches_count

_NAME = "birzha_market_quantity_breaches"
_HELP = "Instruments whose available and sold quantities do not add up to what was issued"


class VenueCollector(Collector):
    """The gauge of breaches found by the last reconciliation."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """What there is, without asking the database."""
        yield GaugeMetricFamily(_NAME, _HELP)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The value; nothing while the database is away, whose absence is another metric's business."""
        try:
            yield GaugeMetricFamily(_NAME, _HELP, value=breaches_count())
        except (DatabaseError, InterfaceError):
            return


def register() -> None:
    """Answer with the venue's metrics from now on; called once, when the app is ready."""
    REGISTRY.register(VenueCollector())
