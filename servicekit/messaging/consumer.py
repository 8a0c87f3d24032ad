"""The consumer: reads the streams of other services and has each event handled once.

A batch is one transaction. When it fails its halves are tried, and theirs, down to one event, so that
one bad event stops only itself and the later events of its own subject, which wait behind it to keep
their order. What fails alone is tried again with growing waits and, in the end, becomes a dead
letter. A message is acknowledged after the commit; what a dead process left unacknowledged is read
again at the start.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import redis
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from servicekit.contracts import ContractError
from servicekit.faults import fault_point
from servicekit.messaging import failures, inbox, retention, streams
from servicekit.messaging.envelope import Received, open_envelope, parse
from servicekit.messaging.subscriptions import handlers, publishers
from servicekit.messaging.threads import fresh_connections

log = logging.getLogger(__name__)

#: The most events of one transaction.
BATCH = 200
#: Milliseconds to wait for new events at most.
BLOCK = 2000
#: Milliseconds after which another consumer's unacknowledged message is taken over.
ABANDONED = 60_000
#: Seconds between two looks for what is unacknowledged although it is not waiting here: a Redis that was
#: restarted without its last second has forgotten acknowledgements.
LOOK_BACK = 10.0
#: So many waiting events stop the reading of new ones.
MOST_WAITING = 10_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as it stands on a stream."""

    stream: str
    entry: str
    envelope: str
    message: Received[Any]

    @property
    def lane(self) -> tuple[str, str]:
        """Events in one lane keep their order."""
        return self.stream, self.message.subject


class Consumer:
    """One service's consumer, for one thread."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.group = settings.SERVICE_NAME
        self.name = os.environ.get("BIRZHA_CONSUMER", "worker")
        self.streams = [streams.stream_of(publisher) for publisher in publishers()]
        self.redis = streams.connect(timeout=BLOCK / 1000 + streams.SOCKET_TIMEOUT)
        self.waiting: dict[tuple[str, str], deque[Delivery]] = {}
        self.due: dict[tuple[str, str], float] = {}
        self.next_claim = 0.0
        self.next_look_back = 0.0
        self.removed: datetime | None = None

    def run(self) -> None:
        """Consume until told to stop; the batch in hand is finished first."""
        try:
            while not self.stop.is_set():
                self._consume()
        finally:
            self.redis.close()
            connection.close()

    def _consume(self) -> None:
        """Consume while Redis answers. What waited is read again afterwards: it is unacknowledged."""
        try:
            with fresh_connections():
                self.removed = retention.removed_until()
            self._create_groups()
            self._read_unacknowledged()
            with fresh_connections():
                failures.forget_handled()
            while not self.stop.is_set():
                self._step()
        except redis.RedisError as error:
            log.warning("Redis does not answer the consumer: %s", error)
            self.waiting.clear()
            self.due.clear()
            self.stop.wait(0.5)

    # -- reading ------------------------------------------------------------------------------

    def _step(self) -> None:
        self._retry_waiting()
        if time.monotonic() >= self.next_claim:
            self._claim_abandoned()
        if time.monotonic() >= self.next_look_back:
            self._read_unacknowledged()
        if sum(map(len, self.waiting.values())) >= MOST_WAITING:
            self.stop.wait(1)
            return
        block = BLOCK
        if self.due:
            block = max(1, min(BLOCK, int((min(self.due.values()) - time.monotonic()) * 1000)))
        answer = self.redis.xreadgroup(
            self.group, self.name, dict.fromkeys(self.streams, ">"), count=BATCH, block=block
        )
        for stream, entries in answer or []:
            self._take(stream, entries)

    def _create_groups(self) -> None:
        for stream in self.streams:
            try:
                self.redis.xgroup_create(stream, self.group, id="0", mkstream=True)
            except redis.ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    def _read_unacknowledged(self) -> None:
        """What this consumer read and did not acknowledge, and does not hold: before its last end, mostly."""
        self.next_look_back = time.monotonic() + LOOK_BACK
        held = self._held()
        for stream in self.streams:
            last = "0"
            while not self.stop.is_set():
                answer = self.redis.xreadgroup(self.group, self.name, {stream: last}, count=BATCH)
                entries = answer[0][1] if answer else []
                if not entries:
                    break
                self._take(stream, [entry for entry in entries if entry[0] not in held])
                last = entries[-1][0]

    def _held(self) -> set[str]:
        """The entries that wait here to be tried again."""
        return {delivery.entry for lane in self.waiting.values() for delivery in lane}

    def _claim_abandoned(self) -> None:
        """What a consumer of another name, now gone, had read and not acknowledged."""
        self.next_claim = time.monotonic() + ABANDONED / 2000
        held = self._held()
        for stream in self.streams:
            start = "0-0"
            while True:
                start, entries, *_ = self.redis.xautoclaim(
                    stream, self.group, self.name, ABANDONED, start_id=start, count=BATCH
                )
                self._take(stream, [entry for entry in entries if entry[0] not in held])
                if start == "0-0":
                    break

    # -- handling -----------------------------------------------------------------------------

    def _take(self, stream: str, entries: Sequence[tuple[str, dict[str, str] | None]]) -> None:
        """Handle entries of one stream, and acknowledge what needs no second look."""
        ready: list[Delivery] = []
        done: list[str] = []
        for entry, fields in entries:
            # No fields: trimmed before it was handled.
            if fields and _may_concern_us(fields) and (delivery := self._open(stream, entry, fields)):
                ready.append(delivery)
            else:
                done.append(entry)
        fault_point("consumer.after_read")
        done += self._handle(ready)
        fault_point("consumer.after_commit")
        if done:
            self.redis.xack(stream, self.group, *done)

    def _open(self, stream: str, entry: str, fields: dict[str, str]) -> Delivery | None:
        """Read an envelope; None when the event is not for this service or cannot be read at all."""
        envelope = fields.get("envelope", "")
        try:
            attributes = parse(envelope)
            if attributes["type"] not in handlers():
                return None
            delivery = Delivery(stream, entry, envelope, open_envelope(attributes))
            retention.require_remembered(delivery.message.id, removed=self.removed)
        except (ContractError, retention.Forgotten) as error:
            with fresh_connections():
                failures.refuse(stream=stream, envelope=envelope, error=str(error))
            return None
        return delivery

    def _handle(self, deliveries: list[Delivery]) -> list[str]:
        """Handle a batch, its halves if it fails. Returns the entries to acknowledge; the rest waits."""
        deliveries = self._put_behind_waiting(deliveries)
        if not deliveries or self.stop.is_set():
            return []
        if len(deliveries) == 1:
            return [deliveries[0].entry] if self._handled(deliveries[0]) else []
        while not self.stop.is_set():
            try:
                with fresh_connections():
                    inbox.handle([delivery.message for delivery in deliveries])
                return [delivery.entry for delivery in deliveries]
            except Exception as error:
                if not _is_outage(error):
                    log.info("a batch of %d failed, its halves now: %r", len(deliveries), error)
                    break
                log.warning("the database does not answer the consumer: %s", error)
                self.stop.wait(0.5)
        middle = len(deliveries) // 2
        return self._handle(deliveries[:middle]) + self._handle(deliveries[middle:])

    def _put_behind_waiting(self, deliveries: list[Delivery]) -> list[Delivery]:
        """Those whose lane is free; the others join what waits there."""
        free = []
        for delivery in deliveries:
            if delivery.lane in self.waiting:
                self.waiting[delivery.lane].append(delivery)
            else:
                free.append(delivery)
        return free

    def _handled(self, delivery: Delivery) -> bool:
        """Handle one event by itself. False when it failed and now waits in its lane."""
        try:
            with fresh_connections():
                inbox.handle([delivery.message])
            return True
        except Exception as error:
            attempts = 1 if _is_outage(error) else self._failed(delivery, error)
            if attempts >= failures.MAX_ATTEMPTS:
                failures.give_up(
                    event_id=str(delivery.message.id),
                    stream=delivery.stream,
                    envelope=delivery.envelope,
                    error=repr(error),
                )
                return True
            self.waiting.setdefault(delivery.lane, deque()).appendleft(delivery)
            self.due[delivery.lane] = time.monotonic() + failures.wait_after(attempts)
            return False

    def _failed(self, delivery: Delivery, error: Exception) -> int:
        """Log and count a failure of the event's own. Returns how many there have been."""
        message = delivery.message
        log.error("event %s (%s) failed", message.id, message.type, exc_info=error)
        attributes = {"id": str(message.id), "type": message.type, "subject": message.subject}
        return self._note_failure(delivery.stream, attributes, delivery.envelope, repr(error))

    def _retry_waiting(self) -> None:
        """Try the lanes again whose time has come, each from its first event on."""
        now = time.monotonic()
        for lane in [lane for lane, due in self.due.items() if due <= now]:
            queue = self.waiting.pop(lane)
            del self.due[lane]
            while queue:
                delivery = queue.popleft()
                if not self._handled(delivery):
                    self.waiting[lane].extend(queue)
                    break
                self.redis.xack(delivery.stream, self.group, delivery.entry)
                failures.forget(str(delivery.message.id))

    def _note_failure(self, stream: str, attributes: dict[str, Any], envelope: str, error: str) -> int:
        return failures.record(
            event_id=attributes["id"],
            stream=stream,
            type=attributes["type"],
            subject=attributes["subject"],
            envelope=envelope,
            error=error,
        )


def _may_concern_us(fields: dict[str, str]) -> bool:
    """What is not for this service need not be parsed; entries of older versions do not say their type."""
    return fields.get("type") is None or fields["type"] in handlers()


def _is_outage(error: Exception) -> bool:
    """Whether the database is away, rather than the event being at fault."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    try:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return False
    except (OperationalError, InterfaceError):
        return True
