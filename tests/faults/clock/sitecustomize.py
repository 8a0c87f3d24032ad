"""A clock that jumps: BIRZHA_CLOCK names a file with the seconds by which this process's clock is off.

Python loads this before anything else where this folder is on PYTHONPATH, as it is for the services of a
system made for tests (compose/local/serve.py); nothing of the system imports it. It moves what
``time.time``, ``timezone.now``, a token's expiry and Celery's schedule see; the clocks of PostgreSQL, of
Redis and of new ids (UUIDv7) stay right.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from datetime import datetime, tzinfo
from importlib import import_module
from pathlib import Path

#: Who asks ``datetime.now``: Django's ``timezone.now``, PyJWT for a token's expiry, Celery's schedule.
ASKING = ("django.utils.timezone", "jwt.api_jwt", "celery.app.base")


def follow(file: Path) -> None:
    """Let a test move this process's clock by writing into ``file``."""
    real = time.time

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
    for name in ASKING:
        with suppress(ImportError):  # the frontend has no Celery
            import_module(name).datetime = Shifted  # type: ignore[attr-defined]


if file := os.environ.get("BIRZHA_CLOCK"):
    follow(Path(file))
