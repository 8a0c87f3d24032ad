"""A worker's metrics, where it has a host of its own."""

from __future__ import annotations

import http.client
import socket

from prometheus_client import CollectorRegistry, Gauge

from servicekit.messaging.operate.metrics_socket import MetricsSocket


def test_they_are_answered_at_a_port_too() -> None:
    registry = CollectorRegistry()
    Gauge("birzha_told", "told", registry=registry).set(7)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    served = MetricsSocket(f"127.0.0.1:{port}", registry)
    served.start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        assert (answer.status, b"birzha_told 7.0" in answer.read()) == (200, True)
    finally:
        served.close()
