"""Subscriptions: which handler runs for which event.

The decorator of a handler says how many events it takes in a call; ``inbox`` makes the calls.

=================================== ==================================================================
``def on_x(message)``               one event
``@in_batches``                     many events of one type, each subject at most once
``@in_batches(repeat_subjects=True)`` many events of one type, a subject as often as it comes, in order
``@in_stream_order``                many events of all types that the list gives it, as they stand on
                                    the stream, whatever they are about
=================================== ==================================================================
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar, overload
from uuid import UUID

from django.conf import settings

from servicekit.contracts import Event
from servicekit.contracts.market import QuotesUpdated

#: Takes a :class:`Received`, or a sequence of them when it is marked by one of the decorators below.
Handler = Callable[[Any], None]

H = TypeVar("H", bound=Handler)


class BatchTooLarge(Exception):
    """Raised by a batch handler when the events are too much work for one transaction.

    Nothing has happened then; those before ``first_left`` are handled in one transaction, the others in the
    next. It is no failure, and not to be raised for the first event of a call.

    Attributes:
        first_left: the id of the first event that is too many.
    """

    def __init__(self, *, first_left: UUID) -> None:
        super().__init__(f"the rest of the batch, from {first_left} on, is for the next transaction")
        self.first_left = first_left


@overload
def in_batches(handler: H) -> H: ...


@overload
def in_batches(*, repeat_subjects: bool = False) -> Callable[[H], H]: ...


def in_batches(handler: H | None = None, *, repeat_subjects: bool = False) -> H | Callable[[H], H]:
    """Mark a handler that takes many events of one type in one call.

    It gets a sequence of :class:`Received` in the order of the stream, inside one transaction with their
    inbox rows. There is no current request in it: each message has its own request id and trace. What is
    published names the message that it comes of as its ``cause``; what is logged of one message is
    logged in its ``telemetry.context_of``. When it raises, nothing of the batch has happened, and the
    events are tried again in smaller parts, in the end one by one.

    Args:
        repeat_subjects: a call may have several events of one subject, in their order, so that two hundred
            fills of one order are one call. Such a handler decides each event on what it decided for those
            before it, not on what it read before the first. Without it, each subject is there at most once.
    """

    def mark(handler: H) -> H:
        handler.takes_many, handler.repeats_subjects = True, repeat_subjects  # type: ignore[attr-defined]
        return handler

    return mark if handler is None else mark(handler)


def in_stream_order(handler: H) -> H:
    """Mark a handler that takes many events, of every type it is listed for, in the order of their stream.

    As with :func:`in_batches` and ``repeat_subjects``. Also events of *different* types and subjects stay
    in their order: a cancel request is never overtaken by an order that came after it. Only
    an event that fails alone waits, with the later ones of its own subject, while the others go on.
    """
    handler.takes_many = handler.repeats_subjects = handler.keeps_stream_order = True  # type: ignore[attr-defined]
    return handler


def takes_many(handler: Handler) -> bool:
    """Whether a handler was marked by one of the decorators."""
    return getattr(handler, "takes_many", False)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What this service does with events of one type.

    Attributes:
        handler: what is called.
        call: what is given to the handler together has the same: the type's name, or of a handler
            ``in_stream_order`` its own.
        repeats_subjects: a call may have several events of one subject.
        keeps_stream_order: of two events with the same ``call``, the later is never given first.
    """

    handler: Handler
    call: str
    repeats_subjects: bool
    keeps_stream_order: bool


@functools.cache
def subscriptions() -> dict[str, Subscription]:
    """Event type name → what is done with it."""
    own: dict[type[Event], Handler] = _module().SUBSCRIPTIONS
    return {contract.TYPE: _subscription(contract.TYPE, handler) for contract, handler in own.items()}


def _subscription(type_name: str, handler: Handler) -> Subscription:
    ordered = getattr(handler, "keeps_stream_order", False)
    return Subscription(
        handler=handler,
        call=f"{handler.__module__}.{handler.__qualname__}" if ordered else type_name,
        repeats_subjects=getattr(handler, "repeats_subjects", False),
        keeps_stream_order=ordered,
    )


def publishers() -> list[str]:
    """The services whose streams this service reads."""
    return sorted({type_name.partition(".")[0] for type_name in subscriptions()})


def quotes_handler() -> Callable[[QuotesUpdated], None] | None:
    """The service's ``QUOTES_HANDLER``, if it follows the quotes."""
    return getattr(_module(), "QUOTES_HANDLER", None)


def _module() -> Any:
    return import_module(settings.SUBSCRIPTIONS_MODULE)
