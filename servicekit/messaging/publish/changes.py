"""Telling a service's own stream process, after a commit, what has changed: names only, lossy, never kept.

Who listens reads what it is now (``consume/changes.py``). One message a transaction, however much it changed;
nobody is woken where nobody listens. What is lost costs a listener one look: they read again after each gap.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

import redis
from django.conf import settings
from django.db import transaction

from servicekit.messaging import streams

log = logging.getLogger(__name__)


class _Changes:
    """What a transaction has changed, sent by one call."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def __call__(self) -> None:
        try:
            streams.shared().publish(streams.changes_channel(settings.SERVICE_NAME), " ".join(self.names))
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
