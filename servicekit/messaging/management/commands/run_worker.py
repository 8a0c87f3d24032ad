"""``python -m <service>.manage run_worker``: the service's Celery worker, with its event consumer."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Handle events, relay the outbox, keep the schedule and run tasks, until SIGTERM."
    # Loading every view for Django's checks would cost a worker 24 MB that it never uses.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run Celery's own worker; its command line, which this leaves out, weighs 11 MB.

        Of the chatter between workers (gossip, mingle, heartbeats) none is needed: a service's
        workers share nothing but the queue, and the Redis user may not use what mingle asks for.
        """
        app = import_module(f"{settings.SERVICE_NAME}_service.config.celery").app
        worker = app.Worker(loglevel="INFO", without_gossip=True, without_mingle=True, without_heartbeat=True)
        worker.start()
        sys.exit(worker.exitcode)
