"""Handling events in batches, splitting batches that fail, and queues of failed events.

A batch is one transaction. When it fails its halves are tried, and theirs, down to one event, so that
one bad event stops only itself and the later events of its own subject, which wait behind it to keep
their order. What fails alone is tried again with growing waits and, in the end, becomes a dead letter. An
earlier event of the subject, which comes after it (sent again, for somebody took it), is what it may lack:
it goes ahead of it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection

from servicekit.messaging.consume import failures, inbox
from servicekit.messaging.consume.consumer_lease import ConsumerLease, LeaseLost
from servicekit.messaging.consume.subscriptions import BatchTooLarge
from servicekit.messaging.envelope import Received
from servicekit.messaging.threads import fresh_connections
from servicekit.telemetry import context_of, log_event

log = logging.getLogger(__name__)


class Delivery(NamedTuple):
    """A message as it stands on a stream."""

    stream: str
    entry: str
    envelope: str
    message: Received[Any]

    @property
    def queue(self) -> tuple[str, str]:
        """The name of its queue: events in one queue keep their order."""
        return self.stream, self.message.subject


class RetryQueues:
    """The events that one consumer has read and not finished.

    Attributes:
        waiting: queue → what waits in it in the order of its publisher, the first of them has failed.
        due: queue → when its first event is tried again (monotonic seconds).
        failed: the events that stand among the failed ones, dead letters too; what waited before Redis was
            lost, or in another consumer, comes from the stream as if it were new.
    """

    def __init__(self, stop: threading.Event, lease: ConsumerLease) -> None:
        self.stop = stop
        self.lease = lease
        self.waiting: dict[tuple[str, str], deque[Delivery]] = {}
        self.due: dict[tuple[str, str], float] = {}
        self.failed: set[UUID] = set()

    def __len__(self) -> int:
        return sum(map(len, self.waiting.values()))

    def entries(self) -> set[str]:
        """The entries that wait here to be tried again."""
        return {delivery.entry for queue in self.waiting.values() for delivery in queue}

    def next_due(self) -> float | None:
        """Seconds until something is to be tried again; None when nothing waits."""
        return min(self.due.values()) - time.monotonic() if self.due else None

    def clear(self) -> None:
        """Forget what waits: it is unacknowledged, and will be read again."""
        self.waiting.clear()
        self.due.clear()

    def handle(self, deliveries: list[Delivery]) -> list[str]:
        """Handle a batch, its halves if it fails. Returns the entries to acknowledge; the rest waits.

        Raises:
            LeaseLost: another consumer may be at work; nothing is to be acknowledged.
        """
        deliveries = self._put_behind_waiting(deliveries)
        if not deliveries or self.stop.is_set():
            return []
        if len(deliveries) == 1:
            return [deliveries[0].entry] if self._handled(deliveries[0]) else []
        middle = len(deliveries) // 2
        while not self.stop.is_set():
            try:
                with fresh_connections():
                    self._commit(deliveries)
                return [delivery.entry for delivery in deliveries]
            except LeaseLost:
                raise
            except BatchTooLarge as error:
                ids = [delivery.message.id for delivery in deliveries]
                middle = ids.index(error.first_left) or middle
                break
            except Exception as error:
                if not _is_outage(error):
                    log.info("a batch of %d failed, trying its halves: %r", len(deliveries), error)
                    break
                log.warning("the database does not answer the consumer: %s", error)
                self.stop.wait(0.5)
        return self.handle(deliveries[:middle]) + self.handle(deliveries[middle:])

    def _put_behind_waiting(self, deliveries: list[Delivery]) -> list[Delivery]:
        """Those whose queue is empty; the others join what waits there, each at its place."""
        free = []
        for delivery in deliveries:
            if delivery.queue in self.waiting:
                self._join(delivery)
            else:
                free.append(delivery)
        return free

    def _join(self, delivery: Delivery) -> None:
        queue, sequence = self.waiting[delivery.queue], delivery.message.sequence
        place = len(queue)
        while place and sequence < queue[place - 1].message.sequence:
            place -= 1
        queue.insert(place, delivery)
        if place == 0:
            self.due[delivery.queue] = time.monotonic()

    def _handled(self, delivery: Delivery) -> bool:
        """Handle one event by itself. False when it failed and now waits in its queue."""
        try:
            with fresh_connections():
                self._commit([delivery])
            return True
        except LeaseLost:
            raise
        except Exception as error:
            with context_of(delivery.message):
                attempts = 1 if _is_outage(error) else self._failed(delivery, error)
                if attempts >= failures.MAX_ATTEMPTS:
                    failures.give_up(
                        event_id=str(delivery.message.id), stream=delivery.stream, error=repr(error)
                    )
                    return True
            self.waiting.setdefault(delivery.queue, deque()).appendleft(delivery)
            self.due[delivery.queue] = time.monotonic() + failures.backoff_s(attempts)
            return False

    def _commit(self, deliveries: list[Delivery]) -> None:
        """Handle them in one transaction; what is handled has not failed any more."""
        inbox.handle([delivery.message for delivery in deliveries], allowed=self.lease.require)
        if healed := self.failed.intersection(delivery.message.id for delivery in deliveries):
            failures.forget(healed)
            self.failed -= healed

    def _failed(self, delivery: Delivery, error: Exception) -> int:
        """Log and count a failure of the event's own. Returns how many there have been."""
        message = delivery.message
        self.failed.add(message.id)
        log_event(
            log,
            "event.failed",
            f"event {message.id} ({message.type}) failed",
            level=logging.ERROR,
            error=error,
            **inbox.log_fields(message),
        )
        return failures.record(
            event_id=str(message.id),
            stream=delivery.stream,
            type=message.type,
            subject=message.subject,
            envelope=delivery.envelope,
            error=repr(error),
        )

    def retry_due(self) -> Iterator[Delivery]:
        """Try the queues again whose time has come, each from its first event on. Yields what is handled."""
        now = time.monotonic()
        for name in [name for name, due in self.due.items() if due <= now]:
            queue = self.waiting.pop(name)
            del self.due[name]
            while queue:
                delivery = queue.popleft()
                if not self._handled(delivery):
                    self.waiting[name].extend(queue)
                    break
                yield delivery


def _is_outage(error: Exception) -> bool:
    """Whether the database is away, rather than the event being at fault."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    if connection.is_usable():  # it holds the lease: not to be closed without need
        return False
    try:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return False
    except (OperationalError, InterfaceError):
        return True
