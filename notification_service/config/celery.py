"""The Celery application; its worker also consumes events and relays the outbox."""

from __future__ import annotations

from servicekit.celery import service_celery

app = service_celery("notification_service")
