"""The Celery app that every service's ``config/celery.py`` makes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
from celery import Celery, signals
from kombu.transport import redis as kombu_redis

from servicekit import redis_address, tracing
from servicekit.telemetry import NO_ORIGIN, Origin, origin_begin

#: Seconds of a lock's life within which its holder gives it back; later it may be another's.
RELEASE_BEFORE_SHARE = 0.5


@contextmanager
def _mutex(client: Any, name: str, expire: float) -> Iterator[None]:
    """kombu's lock of the queue, without a script: services may run none in Redis.

    Args:
        expire: seconds; it is given back within the first half of them, or left to expire.

    Raises:
        MutexHeld: another worker has it.
    """
    started = time.monotonic()
    if not client.set(name, "held", nx=True, ex=int(expire)):
        raise kombu_redis.MutexHeld
    try:
        yield
    finally:
        if time.monotonic() - started < expire * RELEASE_BEFORE_SHARE:
            client.delete(name)


kombu_redis.Mutex = _mutex


def service_celery(package: str) -> Celery:
    """A Celery app whose worker also handles the service's events.

    Run it with ``python -m <package>.manage run_worker``.

    Args:
        package: such as ``trading_service``.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"{package}.config.settings")
    # Django's system checks would load every address and view, 24 MB that a worker never uses;
    # `migrate` has run them before.
    os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
    django.setup()
    from django.conf import settings

    from servicekit.messaging.operate.worker import EventThreads

    broker, transport_options = redis_address.broker(settings.REDIS_URL)
    prefix = f"celery:{settings.SERVICE_NAME}:"
    app = Celery(package)
    app.conf.update(
        **broker,
        broker_transport_options={
            **transport_options,
            "global_keyprefix": prefix,
            "visibility_timeout": 600,
            "socket_timeout": 15,
            # how long a worker waits for a task in one call; one that comes meanwhile is had at once
            "polling_interval": 2,
        },
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_channel_error_retry=True,  # a Redis without memory or disk answers with errors: wait for it
        task_default_queue="tasks",
        task_acks_late=True,
        task_ignore_result=True,
        task_time_limit=300,
        worker_prefetch_multiplier=1,
        worker_pool="solo",
        worker_concurrency=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        event_queue_prefix=prefix,
        beat_schedule=settings.CELERY_BEAT_SCHEDULE,
        beat_max_loop_interval=60,
        timezone="UTC",
        # Celery would close the database's connection around every task, and a new one costs more than
        # most tasks do. It is looked at instead, as before a request.
        CELERY_DB_REUSE_MAX=sys.maxsize,
    )
    signals.task_prerun.connect(_trace_connections)
    signals.task_prerun.connect(_origin_begin)
    signals.task_postrun.connect(_origin_end)
    tracing.begin_tasks()
    app.autodiscover_tasks()
    app.steps["worker"].add(EventThreads)
    return app


def _trace_connections(**_signal: Any) -> None:
    from django.db import close_old_connections

    close_old_connections()


def _origin_begin(task_id: str = "", **_signal: Any) -> None:
    """What a task does of itself, its log lines and events, is known by the task's id."""
    origin_begin(Origin(task_id))


def _origin_end(**_signal: Any) -> None:
    origin_begin(NO_ORIGIN)
