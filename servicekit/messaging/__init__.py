"""Events between services: outbox → Redis stream → inbox. Knows only type, subject and bytes.

- :func:`publish`, :func:`publish_many` append events to the outbox in the caller's transaction.
- ``relay`` sends what is committed to the service's stream, in order.
- ``consumer`` reads the streams of others and runs each handler once per event, in one transaction
  with its inbox row; a handler marked by :func:`in_batches` takes many events in one call, one marked by
  :func:`in_stream_order` those of several types as they came.
- ``worker`` puts both, and the beat, into the service's Celery worker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicekit.messaging.envelope import Received
    from servicekit.messaging.outbox import Outgoing, publish, publish_many
    from servicekit.messaging.quotes import publish_quotes
    from servicekit.messaging.subscriptions import in_batches, in_stream_order

__all__ = [
    "Outgoing",
    "Received",
    "in_batches",
    "in_stream_order",
    "publish",
    "publish_many",
    "publish_quotes",
]

_HOMES = {
    "Outgoing": "outbox",
    "Received": "envelope",
    "in_batches": "subscriptions",
    "in_stream_order": "subscriptions",
    "publish": "outbox",
    "publish_many": "outbox",
    "publish_quotes": "quotes",
}


def __getattr__(name: str) -> Any:
    """Import on first use: this package is also a Django app, loaded before there are models."""
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"servicekit.messaging.{_HOMES[name]}"), name)
