"""Appends to a stream only if its last entry is the expected one, in one round trip.

Scripts are not allowed in Redis, so the stream is watched: MULTI … EXEC appends nothing if the stream has
changed since its last entry was read. WATCH and that read for the next batch are sent with the current one.
Reads and acknowledgements by groups do not break a watch; trimming and FLUSHALL do. After a restart of Redis
the connection is a new one, which reads first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import redis

from servicekit.messaging import streams

#: The entry before the first.
ORIGIN = "0-0"
#: So often is an append tried that others keep from being done by changing the stream.
ATTEMPTS = 10


class StreamWriter:
    """The only writer of a stream, for one thread, with a connection of its own."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._connection: Any = streams.connect().connection_pool.get_connection()
        self._last: str | None = None

    def append(self, entries: Sequence[dict[str, str]], *, after: str) -> list[str] | str:
        """Append entries, if the stream ends with ``after`` or a later entry.

        Returns:
            The entries' ids; or, nothing being appended, the last entry that the stream has.

        Raises:
            redis.WatchError: somebody changes the stream all the time; nothing was appended.
            redis.RedisError: it does not answer, or refuses; whether it has them is not known.
        """
        try:
            if not entries:
                self._last = None  # what it was at the last append is not asked for
            for _ in range(ATTEMPTS):
                if self._last is None:
                    self._last = self._exchange([])[1]
                if streams.entry_key(after) > streams.entry_key(self._last):
                    last, self._last = self._last, None
                    return last
                if not entries:
                    return []
                added, self._last = self._exchange(entries)
                if added is not None:
                    return added
        except BaseException:
            self._last = None
            self._connection.disconnect()
            raise
        raise redis.WatchError(f"{self._stream} was changed by others {ATTEMPTS} times meanwhile")

    def _exchange(self, entries: Sequence[dict[str, str]]) -> tuple[list[str] | None, str]:
        """Append, watch and look. Returns the ids, None when it was changed before; and the last entry."""
        commands: list[tuple[str, ...]] = []
        if entries:
            added = [("XADD", self._stream, "*", *sum(entry.items(), ())) for entry in entries]
            commands += [("MULTI",), *added, ("EXEC",)]
        commands += [("WATCH", self._stream), ("XINFO", "STREAM", self._stream)]
        self._connection.send_packed_command(self._connection.pack_commands(commands))
        replies = [self._connection.read_response() for _ in commands[:-1]]
        ids = replies[len(entries) + 1] if entries else None
        for id in ids or ():
            if isinstance(id, Exception):
                raise id
        return ids, self._last_entry()

    def _last_entry(self) -> str:
        try:
            answer = self._connection.read_response()
        except redis.ResponseError as error:
            if "no such key" in str(error):
                return ORIGIN
            raise
        return str(dict(zip(answer[::2], answer[1::2], strict=True))["last-generated-id"])
