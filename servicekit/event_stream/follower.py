"""The threads of a stream process: they begin with its first listener."""

from __future__ import annotations

import threading
from collections.abc import Callable

from servicekit.event_stream.listeners import offer_all
from servicekit.messaging.consume.changes import follow_changes
from servicekit.messaging.threads import keep_running


class StreamThread:
    """Runs ``work``, which does not end, from the first listener on."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self._name, self._work = name, work
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Start it, unless it runs."""
        with self._lock:
            if self._thread is None:
                self._thread = keep_running(self._name, self._work, threading.Event())


def offer_again() -> None:
    """Changes may not have been heard: whoever listens is to read again."""
    offer_all("again")


class Follower(StreamThread):
    """Hears what its service changes, and has the listeners told.

    Attributes:
        changed: called in its thread with the names of what has changed (``publish/changes.py``).
        missed: called when changes may have been missed.
    """

    def __init__(
        self, changed: Callable[[list[str]], None], missed: Callable[[], None] = offer_again
    ) -> None:
        super().__init__("changes", lambda: follow_changes(changed, missed, threading.Event()))
        self.changed, self.missed = changed, missed
