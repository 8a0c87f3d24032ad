"""Consuming: reads other services' streams, handles each event once, and retries failures.

A handler takes a :class:`Received`; one marked by :func:`in_batches` many of one type in one call, one
marked by :func:`in_stream_order` those of several types as they came.
"""

from servicekit.messaging.consume.subscriptions import BatchTooLarge, in_batches, in_stream_order
from servicekit.messaging.envelope import Received
