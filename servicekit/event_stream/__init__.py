"""Server-sent events: answers that go on until the listener, the session or the process ends.

Whoever tells (``offer``) never waits for a slow listener: of each name only the latest is kept for it. How
long a stream is silent and how often its session is looked at are settings (``STREAM_HEARTBEAT_S``,
``STREAM_SESSION_CHECK_S``); what goes on is counted for Prometheus (``metrics.py``).
"""

from __future__ import annotations

from servicekit.event_stream.listener import Listener
from servicekit.event_stream.listeners import answer, end_all, listen, offer
from servicekit.event_stream.negotiation import CONTENT_TYPE, NoNegotiation

__all__ = ["CONTENT_TYPE", "Listener", "NoNegotiation", "answer", "end_all", "listen", "offer"]
