"""Which handler runs for which event: the service's own list, and what servicekit adds to it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from django.conf import settings

from servicekit.contracts import Event, user
from servicekit.contracts.market import QuotesUpdated

#: Takes a :class:`Received`, or a sequence of them when it is marked by :func:`in_batches`.
Handler = Callable[[Any], None]

H = TypeVar("H", bound=Handler)


def in_batches(handler: H) -> H:
    """Mark a handler that takes many events of one type in one call.

    It gets a sequence of :class:`Received` in the order of the stream, each subject at most once,
    inside one transaction with their inbox rows. There is no current request in it: each message has
    its own ``request_id``. When it raises, nothing of the batch has happened, and the events are
    tried again in smaller parts, in the end one by one.
    """
    handler.takes_many = True  # type: ignore[attr-defined]
    return handler


def takes_many(handler: Handler) -> bool:
    """Whether a handler was marked by :func:`in_batches`."""
    return getattr(handler, "takes_many", False)


@functools.cache
def handlers() -> dict[str, list[Handler]]:
    """Event type name → its handlers, in order."""
    from servicekit.auth.sessions import on_session_revoked

    table: dict[str, list[Handler]] = {}
    own: dict[type[Event], Handler] = _module().SUBSCRIPTIONS
    for contract, handler in own.items():
        table.setdefault(contract.TYPE, []).append(handler)
    if settings.SERVICE_NAME != "user":
        table.setdefault(user.SessionRevoked.TYPE, []).append(on_session_revoked)
    return table


def publishers() -> list[str]:
    """The services whose streams this service reads."""
    return sorted({type_name.partition(".")[0] for type_name in handlers()})


def quotes_handler() -> Callable[[QuotesUpdated], None] | None:
    """The service's ``QUOTES_HANDLER``, if it follows the quotes."""
    return getattr(_module(), "QUOTES_HANDLER", None)


def _module() -> Any:
    return import_module(settings.SUBSCRIPTIONS_MODULE)
