"""Telling a service's own stream process, after a commit, what has changed: names only, lossy, never kept.

Who listens reads what it is now (``consume/changes.py``). One message a transaction, however much it changed;
nobody is woken where nobody listens. What is lost costs a listener one look: they read again after each gap.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from typing import Any

import redis
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

from servicekit.messaging import streams

log = logging.getLogger(__name__)

#: Seconds that a commit waits for a Redis that stands still, beside waking the relay. What was sent by
#: then is told once it goes on.
TIMEOUT_S = 0.3

_clients = threading.local()


def _client() -> Any:
    """The thread's own client.

    Raises:
        redis.ConnectionError: Redis is not there.
    """
    if getattr(_clients, "url", None) != settings.REDIS_URL:
        _clients.client = streams.connect(timeout=TIMEOUT_S, own=True)
        _clients.client.set_retry(Retry(NoBackoff(), 0))
        _clients.url = settings.REDIS_URL
    return _clients.client


class _Changes:
    """What a transaction has changed, sent by one call."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def __call__(self) -> None:
        try:
            _client().publish(streams.changes_channel(settings.SERVICE_NAME), " ".join(self.names))
        except redis.RedisError as error:
            log.warning("changes were not told: %s", error)


def publish_changes(names: Iterable[str]) -> None:
    """Tell it once the current transaction has committed; at once, outside of one.

    Args:
        names: of what has changed, without spaces: ``<user>/<order>``, an instrument's id.
    """
    known = (each for _, each, _ in transaction.get_connection().run_on_commit if isinstance(each, _Changes))
    changes = next(known, None)
    if changes is not None:
        changes.names.update(dict.fromkeys(names))
        return
    changes = _Changes()
    changes.names.update(dict.fromkeys(names))
    if changes.names:
        transaction.on_commit(changes)
