"""``python -m notification_service.manage run_delivery``: sends what is due over every channel."""

from __future__ import annotations

import signal
import threading
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from notification_service.transports import metrics
from notification_service.transports.channels import TRANSPORTS
from notification_service.transports.message import Transport
from notification_service.transports.sending import Sender
from servicekit.messaging.operate.metrics_socket import MetricsSocket
from servicekit.messaging.threads import keep_running

#: Seconds that a stopping process waits for each message in hand.
JOIN_TIMEOUT_S = 15.0


class Command(BaseCommand):
    help = "Send e-mail, webhooks and messages, each channel in threads of its own, until SIGTERM."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        stop = threading.Event()
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: stop.set())
        socket = MetricsSocket(settings.DELIVERY_METRICS, metrics.REGISTRY)
        socket.start()
        threads = [
            keep_running(f"{transport.channel.value} {number}", partial(_send, transport, stop), stop)
            for transport in TRANSPORTS
            for number in range(transport.threads)
        ]
        stop.wait()
        for thread in threads:
            thread.join(JOIN_TIMEOUT_S)
        socket.close()


def _send(transport: type[Transport], stop: threading.Event) -> None:
    Sender(transport(), stop).run()
