"""Who listens to their orders hears what has changed of them (``order_stream``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from servicekit.messaging.publish import publish_changes


class HasOwner(Protocol):
    """An order, as a model or a locked row."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def user_id(self) -> UUID:
        """Whose it is."""


def orders_changed(orders: Iterable[HasOwner]) -> None:
    """Have it told of these orders once the transaction has committed."""
    publish_changes(f"{order.user_id}/{order.id}" for order in orders)
