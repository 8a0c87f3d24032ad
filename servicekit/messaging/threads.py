"""Threads inside a Celery worker: database connections, and restarts after errors."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, close_old_connections

log = logging.getLogger(__name__)

#: Seconds after which work that has raised is begun again.
RESTART_DELAY_S = 1.0

database_errors = (DatabaseError, InterfaceError)


@contextmanager
def fresh_connections() -> Iterator[None]:
    """Drop connections that the server has closed, before and after a piece of work."""
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()


def keep_running(name: str, work: Callable[[], None], stop: threading.Event) -> threading.Thread:
    """Start a daemon thread that runs ``work`` again, ``RESTART_DELAY_S`` later, whenever it raises."""

    def run() -> None:
        while not stop.is_set():
            try:
                work()
            except Exception:
                log.exception("%s failed and is restarted", name)
                close_old_connections()
                stop.wait(RESTART_DELAY_S)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread
