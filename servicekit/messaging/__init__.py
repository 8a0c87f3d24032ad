"""Events between services: outbox → Redis stream → inbox. Knows only type, subject and bytes.

- :func:`publish` appends an event to the outbox in the caller's transaction.
- ``relay`` sends what is committed to the service's stream, in order.
- ``consumer`` reads the streams of others and runs each handler once, in one transaction with its
  inbox row.
- ``worker`` puts both, and the beat, into the service's Celery worker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servicekit.messaging.envelope import Received
    from servicekit.messaging.outbox import publish
    from servicekit.messaging.quotes import publish_quotes

__all__ = ["Received", "publish", "publish_quotes"]

_HOMES = {"Received": "envelope", "publish": "outbox", "publish_quotes": "quotes"}


def __getattr__(name: str) -> Any:
    """Import on first use: this package is also a Django app, loaded before there are models."""
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"servicekit.messaging.{_HOMES[name]}"), name)
