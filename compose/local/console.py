"""What commands print, and the error by which they end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class CommandError(Exception):
    """A command cannot go on; the text says why and what to do."""


def say(text: str = "") -> None:
    """One line, at once (also through a pipe)."""
    print(text, flush=True)


def log_line(service: str, level: str, message: str, **more: Any) -> None:
    """One JSON line, as the services log them, of a process that is none."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    line = {"time": f"{now}Z", "level": level, "service": service, "message": message, **more}
    say(json.dumps(line, ensure_ascii=False))


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step before it runs and, when it took a while, how long it took."""
    say(f"- {text} ...")
    begun = time.monotonic()
    yield
    seconds = time.monotonic() - begun
    if seconds >= 1:
        say(f"  done in {seconds:.1f} s")
