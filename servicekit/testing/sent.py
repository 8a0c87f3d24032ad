"""Records the statements that a piece of code sends to PostgreSQL, for tests that count or explain them."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

_TOGETHER = re.compile(r"; (?=[A-Z]+\b)")
_LAST = "SELECT 'sent'"


class Sent:
    """Records this thread's statements within its block; deferred ones are sent at its end."""

    def __init__(self) -> None:
        self._captured = CaptureQueriesContext(connection)

    def __enter__(self) -> Sent:
        _send_what_waits()
        self._captured.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        if error[0] is None:
            _send_what_waits()
        self._captured.__exit__(*error)

    @property
    def commands(self) -> list[str]:
        """One by one as they were sent: a prepared one as ``EXECUTE s1 (…)``."""
        sent = [query["sql"].strip() for query in self._captured.captured_queries]
        return [each.strip() for text in sent for each in _TOGETHER.split(text) if each.strip() != _LAST]

    @property
    def statements(self) -> list[str]:
        """The same with the text of prepared ones, without those that begin and end something."""
        texts = {
            command.partition(" (")[0]: str(text) for text, command in connection.connection.prepared.items()
        }
        bounds = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        return [texts.get(c.partition(" (")[0], c) for c in self.commands if not c.startswith(bounds)]


def _send_what_waits() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LAST)
