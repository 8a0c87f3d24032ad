"""The maximum length of a service's stream.

Entries that every known subscriber has acknowledged are removed; no other entry ever is. So a stream is
short while its subscribers keep up, and grows while one of them is down, until it is full: then the
relay waits, the outbox keeps new events, and nothing is lost. The limit is ours (``MAX_ENTRIES``) and not
Redis's memory, because Redis also holds quotes and the queues of the workers.
"""

from __future__ import annotations

import logging
import time

from django.conf import settings

from servicekit.messaging import streams
from servicekit.messaging.publish import groups, redis_groups

log = logging.getLogger(__name__)

#: Seconds that entries stay after everybody has acknowledged them, to be looked at.
KEEP_S = 3600
#: A stream longer than this does not keep them.
KEEP_ENTRIES = 5_000
#: A stream of so many entries takes no more. An entry weighs about 750 bytes; four services publish.
MAX_ENTRIES = 40_000
#: The relay looks at the length, and trims, after so many entries.
CHECK_EVERY_ENTRIES = 2_000


def trim_stream() -> int:
    """Trim this service's own stream and note how far its subscribers are.

    Returns:
        How many entries were dropped.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    client, stream = streams.shared(), streams.stream_of(settings.SERVICE_NAME)
    confirmed = groups.record(redis_groups.read_groups(client, stream))
    if confirmed is None:
        return 0
    limit = streams.entry_key(redis_groups.after(confirmed))
    if client.xlen(stream) <= KEEP_ENTRIES:
        limit = min(limit, (int((time.time() - KEEP_S) * 1000), 0))
    return int(client.xtrim(stream, minid=redis_groups.text(limit), approximate=False))


class StreamCapacity:
    """Whether the stream takes more entries, for the relay. Asks Redis every ``CHECK_EVERY_ENTRIES``."""

    def __init__(self) -> None:
        self._left = 0
        self._full = False

    def left(self) -> bool:
        """Whether entries may be sent now.

        Raises:
            redis.RedisError: Redis does not answer.
        """
        if self._left <= 0:
            trim_stream()
            length = streams.shared().xlen(streams.stream_of(settings.SERVICE_NAME))
            self._left = min(CHECK_EVERY_ENTRIES, MAX_ENTRIES - length)
            self._log_change(self._left <= 0, length)
        return self._left > 0

    def use(self, entries: int) -> None:
        """So many entries were sent."""
        self._left -= entries

    def _log_change(self, full: bool, length: int) -> None:
        if full and not self._full:
            log.error(
                "the stream is full (%d entries): a subscriber does not keep up; the relay waits", length
            )
        elif self._full and not full:
            log.warning("the stream takes entries again (%d are left on it)", length)
        self._full = full
