"""A thread of a stream process that hears what its service changes, and has the listeners told."""

from __future__ import annotations

import threading
from collections.abc import Callable

from servicekit.event_stream.listeners import offer_all
from servicekit.messaging.consume.changes import follow_changes


def tell_again() -> None:
    """Changes may not have been heard: whoever listens is to read again."""
    offer_all("again")


class Follower:
    """It begins with the first listener.

    Attributes:
        changed: called in its thread with the names of what has changed (``publish/changes.py``).
        missed: called when changes may have been missed.
    """

    def __init__(self, changed: Callable[[list[str]], None], missed: Callable[[], None] = tell_again) -> None:
        self.changed, self.missed = changed, missed
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Hear what changes from now on."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=follow_changes,
                    args=(self.changed, self.missed, threading.Event()),
                    name="changes",
                    daemon=True,
                )
                self._thread.start()
