"""What commands print, and the error by which they end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class CommandError(Exception):
    """A command cannot go on; the text says why and what to do."""


def say(text: str = "") -> None:
    """One line, at once (also through a pipe)."""
    print(text, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a step before it runs and, when it took a while, how long it took."""
    say(f"- {text} ...")
    begun = time.monotonic()
    yield
    seconds = time.monotonic() - begun
    if seconds >= 1:
        say(f"  done in {seconds:.1f} s")
