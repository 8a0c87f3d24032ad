"""Server-sent events: responses that last until the listener, the session or the process ends.

A publisher (``offer``) never waits for a slow listener: only the latest event of each thing is kept for it.
The heartbeat and the interval of session checks are settings (``STREAM_HEARTBEAT_S``,
``STREAM_SESSION_CHECK_S``); metrics are in ``metrics.py``.
"""

from __future__ import annotations

from servicekit.event_stream.listener import Listener
from servicekit.event_stream.listeners import (
    CONTENT_TYPE,
    answer,
    count_in,
    end_all,
    listen,
    listened,
    offer,
    offer_all,
)
