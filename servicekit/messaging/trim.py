"""Trimming a service's stream: never past what the slowest subscriber has acknowledged."""

from __future__ import annotations

import time

from django.conf import settings

from servicekit.messaging import streams

#: Seconds that every entry stays in any case, so that a subscriber that starts late finds it.
KEPT = 3600


def trim_stream() -> int:
    """Trim this service's own stream.

    Returns:
        How many entries were dropped. None while nobody subscribes.
    """
    client = streams.shared()
    stream = streams.stream_of(settings.SERVICE_NAME)
    if not client.exists(stream):
        return 0
    groups = client.xinfo_groups(stream)
    if not groups:
        return 0
    limits = [(int((time.time() - KEPT) * 1000), 0)]
    for group in groups:
        pending = client.xpending(stream, group["name"])
        limits.append(streams.entry_key(pending["min"] if pending["pending"] else group["last-delivered-id"]))
    milliseconds, sequence = min(limits)
    return int(client.xtrim(stream, minid=f"{milliseconds}-{sequence}", approximate=False))
