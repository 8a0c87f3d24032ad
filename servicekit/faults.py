"""Points at which a process of a test system kills itself, as a machine that loses its power would.

Only a process that was started with ``BIRZHA_FAULTS=<folder>`` looks; any other finds a variable that
is empty. A point is armed by the file ``<folder>/<service>.<point>``; whoever reaches it first removes
the file and dies by SIGKILL, so that nothing is finished, flushed or rolled back on the way.

The windows (each is between two steps of which a crash must not lose or double anything):

========================  =====================================================================
``request.before_commit``  a POST with an Idempotency-Key has done its work, nothing is committed
``request.after_commit``   it is committed, the client has no answer
``relay.before_send``      events are committed, the stream does not have them
``relay.after_send``       the stream has them, the outbox does not know
``consumer.after_read``    a consumer has read a batch and done nothing
``consumer.before_commit`` its effects are written, nothing is committed
``consumer.after_commit``  they are committed, nothing is acknowledged
========================  =====================================================================

A clock that jumps: the file ``<folder>/<service>.clock`` holds the seconds by which the service's Python
processes are off. It moves what ``time.time``, ``timezone.now``, a token's expiry and Celery's schedule
see; the clocks of PostgreSQL, of Redis and of new ids (UUIDv7) stay right.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from datetime import datetime, tzinfo
from importlib import import_module
from pathlib import Path

#: Where the points of this process are armed; empty in every system that is not a test's.
FOLDER = os.environ.get("BIRZHA_FAULTS", "")


def fault_point(name: str) -> None:
    """Die here, if a test asked for it; otherwise do nothing.

    Args:
        name: one of the points above.
    """
    if not FOLDER:
        return
    from django.conf import settings

    armed = Path(FOLDER) / f"{settings.SERVICE_NAME}.{name}"
    try:
        armed.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


#: Who asks ``datetime.now``: Django's ``timezone.now``, PyJWT for a token's expiry, Celery's schedule.
_ASKING = ("django.utils.timezone", "jwt.api_jwt", "celery.app.base")


def follow_clock(service: str) -> None:
    """Let a test move this process's clock. Called by the settings, before anything keeps the real one."""
    if not FOLDER:
        return
    file, real = Path(FOLDER) / f"{service}.clock", time.time

    def shifted() -> float:
        try:
            return real() + float(file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return real()

    class AnyDatetime(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, datetime)

    class Shifted(datetime, metaclass=AnyDatetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(shifted(), tz)

    time.time = shifted
    for name in _ASKING:
        with suppress(ImportError):  # the frontend has no Celery
            import_module(name).datetime = Shifted  # type: ignore[attr-defined]
