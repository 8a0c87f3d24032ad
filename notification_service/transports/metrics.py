"""Metrics of the delivery process; the web process asks for them over a socket when it is scraped."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, ProcessCollector

from notification_service.kinds import Channel

REGISTRY = CollectorRegistry()
ProcessCollector(namespace="birzha_delivery", registry=REGISTRY)

_sent = Counter("birzha_deliveries_sent", "Deliveries handed over", ["channel"], registry=REGISTRY)
_failed = Counter("birzha_deliveries_failed", "Deliveries given up", ["channel"], registry=REGISTRY)
_retried = Counter("birzha_deliveries_retried", "Attempts that failed", ["channel"], registry=REGISTRY)
_down = Counter(
    "birzha_delivery_channel_down", "Times that a channel was found down", ["channel"], registry=REGISTRY
)


def sent(channel: Channel, count: int) -> None:
    """So many deliveries are with their receivers."""
    _sent.labels(channel.value).inc(count)


def failed(channel: Channel, count: int) -> None:
    """So many were given up."""
    _failed.labels(channel.value).inc(count)


def retried(channel: Channel, count: int) -> None:
    """So many are tried again later."""
    _retried.labels(channel.value).inc(count)


def down(channel: Channel) -> None:
    """Nothing gets through over it."""
    _down.labels(channel.value).inc()
