"""The handler of trading's events, in batches and in stream order."""

from __future__ import annotations

from collections.abc import Sequence

from market_service.venue import services
from market_service.venue.services.orders_execute import Message
from servicekit.messaging.consume import in_stream_order


@in_stream_order
def on_orders(messages: Sequence[Message]) -> None:
    """New orders and cancel requests: each meets the book that those before it left."""
    services.orders_execute(messages=messages)
