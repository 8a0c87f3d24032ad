"""Reads streams as a consumer of a group; handled events are acknowledged with the next read.

A separate acknowledgement would be one more round trip for every single event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

#: So many entries that are not for this service are acknowledged at the latest.
MAX_SKIPPED = 200

#: An entry: its id and its fields.
Entry = tuple[str, dict[str, str]]


class GroupReader:
    """One consumer of a group, for one thread.

    Args:
        client: with a connection of its own (``streams.connect``, ``own``).
        group: the subscribing service.
        name: of the consumer.
    """

    def __init__(self, client: Any, *, group: str, name: str) -> None:
        self._client, self._group, self._name = client, group, name
        self._waiting: dict[str, list[str]] = {}
        self._due: set[str] = set()

    def acknowledge(self, stream: str, *, handled: Iterable[str], skipped: Iterable[str]) -> None:
        """Acknowledge entries with the next reading.

        Args:
            skipped: those that are not for this service. They go with the next that is: alone they would be
                a command each, of four services for nearly every event.
        """
        waiting = self._waiting.setdefault(stream, [])
        before = len(waiting)
        waiting.extend(handled)
        any_handled = len(waiting) > before
        waiting.extend(skipped)
        if any_handled or len(waiting) >= MAX_SKIPPED:
            self._due.add(stream)

    def acknowledge_now(self) -> None:
        """Acknowledge all that waits for it.

        Raises:
            redis.RedisError: Redis does not answer.
        """
        for stream, entries in self._waiting.items():
            if entries:
                self._client.xack(stream, self._group, *entries)
                entries.clear()
        self._due.clear()

    def read(self, names: Sequence[str], *, count: int, block_ms: int) -> list[tuple[str, list[Entry]]]:
        """Wait for entries that the group has not read.

        Args:
            names: of the streams.
            count: of each stream so many at most.
            block_ms: milliseconds to wait at most.

        Returns:
            The streams that had some; none when none came.

        Raises:
            redis.RedisError: Redis does not answer, or refuses. What was acknowledged is not known.
        """
        commands: list[tuple[str | int, ...]] = [
            ("XACK", stream, self._group, *self._waiting.pop(stream)) for stream in self._due
        ]
        self._due.clear()
        reading = ("XREADGROUP", "GROUP", self._group, self._name, "COUNT", count, "BLOCK", block_ms)
        commands.append((*reading, "STREAMS", *names, *[">"] * len(names)))
        connection = self._client.connection
        try:
            connection.send_packed_command(connection.pack_commands(commands))
            answers = [connection.read_response() for _ in commands]
        except BaseException:
            connection.disconnect()  # there may be answers that nobody has read
            raise
        return [(stream, list(map(_entry, entries))) for stream, entries in answers[-1] or ()]


def _entry(found: tuple[str, list[str]]) -> Entry:
    id, fields = found
    return id, dict(zip(fields[::2], fields[1::2], strict=True))
