"""``python -m <service>.manage run_worker``: the service's Celery worker, with its event consumer."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from servicekit.messaging.operate.worker import work


class Command(BaseCommand):
    help = "Handle events, relay the outbox, keep the schedule and run tasks, until SIGTERM."
    # Loading every view for Django's checks would cost a worker 24 MB that it never uses.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the worker of the service's app; ends the process."""
        sys.exit(work(import_module(f"{settings.SERVICE_NAME}_service.config.celery").app))
