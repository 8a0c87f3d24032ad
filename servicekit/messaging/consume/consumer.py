"""The consumer: reads the streams of other services and handles each event once.

What it reads goes through ``retry_queues``, a batch in a transaction. A message is acknowledged after the
commit; what a dead process left unacknowledged is read again at the start. Several workers of one service
hold a lease in turn (``consumer_lease``) and read under one name, so that each finds what the last one left.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import Any
from uuid import UUID

import redis
from django.conf import settings
from django.db import connection

from servicekit.contracts import ContractError
from servicekit.database import plan_for_any_size
from servicekit.faults import fault_point
from servicekit.messaging import streams
from servicekit.messaging.adaptive_batching import AdaptiveBatching
from servicekit.messaging.consume import dedupe_window, failures
from servicekit.messaging.consume.consumer_lease import ConsumerLease, LeaseLost
from servicekit.messaging.consume.group_reader import GroupReader
from servicekit.messaging.consume.retry_queues import Delivery, RetryQueues
from servicekit.messaging.consume.subscriptions import publishers, subscriptions
from servicekit.messaging.envelope import from_attributes, parse
from servicekit.messaging.threads import fresh_connections

log = logging.getLogger(__name__)

#: The most events of one transaction.
BATCH = 200
#: Milliseconds to wait for new events at most.
BLOCK_MS = 2000
#: Milliseconds after which another consumer's unacknowledged message is taken over.
ABANDONED_MS = 60_000
#: Seconds between two reads of what is unacknowledged although it is not waiting here: a Redis that was
#: restarted without its last second has forgotten acknowledgements.
REREAD_INTERVAL_S = 10.0
#: So many waiting events stop the reading of new ones.
MAX_WAITING = 10_000


class Consumer:
    """One service's consumer, for one thread."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.group = settings.SERVICE_NAME
        self.name = os.environ.get("BIRZHA_CONSUMER", "worker")
        self.streams: list[str] = []
        self.lease = ConsumerLease(stop)
        self.retries = RetryQueues(stop, self.lease)
        self.batching = AdaptiveBatching(stop)
        self.next_claim = 0.0
        self.next_reread = 0.0
        self.removed: datetime | None = None

    def run(self) -> None:
        """Consume until asked to stop; the batch in hand is finished first."""
        plan_for_any_size()
        try:
            while self.lease.wait():
                try:
                    self._consume()
                except LeaseLost:
                    log.warning("the lease to consume was lost with its connection")
                finally:
                    self.retries.clear()
                    self.lease.end()
        finally:
            connection.close()

    def _consume(self) -> None:
        """Consume while the lease lasts and Redis answers. What waits is unacknowledged, and read again.

        Raises:
            LeaseLost: the database connection was lost, and the lease with it.
        """
        try:
            with closing(self._connect()) as self.redis:
                self.reader = GroupReader(self.redis, group=self.group, name=self.name)
                self._consume_from_redis()
        except redis.RedisError as error:
            log.warning("Redis does not answer the consumer: %s", error)
            self.stop.wait(0.5)

    def _connect(self) -> Any:
        return streams.connect(timeout=BLOCK_MS / 1000 + streams.SOCKET_TIMEOUT, own=True)

    def _consume_from_redis(self) -> None:
        with fresh_connections():
            self.removed = dedupe_window.removed_until()
        self._create_groups()
        self._read_unacknowledged()
        with fresh_connections():
            self.retries.failed = failures.forget_handled()
        while not self.stop.is_set() and not self.lease.over():
            self._step()
        self.reader.acknowledge_now()

    def _step(self) -> None:
        for delivery in self.retries.retry_due():
            self.redis.xack(delivery.stream, self.group, delivery.entry)
        if time.monotonic() >= self.next_claim:
            self._claim_abandoned()
        if time.monotonic() >= self.next_reread:
            self._read_unacknowledged()
        if len(self.retries) >= MAX_WAITING:
            self.reader.acknowledge_now()
            self.stop.wait(1)
            return
        due = self.retries.next_due()
        block = BLOCK_MS if due is None else max(1, min(BLOCK_MS, int(due * 1000)))
        self.batching.before_read()
        answer = self.reader.read(self.streams, count=BATCH, block_ms=block)
        self.batching.after_read()
        if not answer:
            self.reader.acknowledge_now()
        if answer and self.lease.just_begun():
            self._read_unacknowledged()  # these, and in their order what the consumer before had just read
        else:
            for stream, entries in answer:
                self._take(stream, entries)
        self.batching.after_batch(max((len(entries) for _, entries in answer), default=0), batch_size=BATCH)

    def _create_groups(self) -> None:
        """Make those that are not there.

        A Redis without memory refuses even the question, of a group that is there as well: then it is read
        all the same, for only what everybody has read and acknowledged gives Redis room again. A stream that
        this service may not read yet, being of a newer version than the access list, is left out.
        """
        self.streams = [streams.stream_of(publisher) for publisher in publishers()]
        for stream in list(self.streams):
            try:
                self.redis.xgroup_create(stream, self.group, id="0", mkstream=True)
            except redis.exceptions.NoPermissionError:
                log.error("Redis does not let %s read %s; make up updates its rights", self.group, stream)
                self.streams.remove(stream)
            except redis.OutOfMemoryError:
                log.warning("Redis is out of memory; what %s holds is still read", stream)
            except redis.ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    def _read_unacknowledged(self) -> None:
        """What this consumer read and did not acknowledge, and does not hold: before its last end, mostly."""
        self.next_reread = time.monotonic() + REREAD_INTERVAL_S
        self.reader.acknowledge_now()
        held = self.retries.entries()
        for stream in self.streams:
            last = "0"
            while not self.stop.is_set():
                answer = self.redis.xreadgroup(self.group, self.name, {stream: last}, count=BATCH)
                entries = answer[0][1] if answer else []
                if not entries:
                    break
                self._take(stream, [entry for entry in entries if entry[0] not in held])
                last = entries[-1][0]

    def _claim_abandoned(self) -> None:
        """What a consumer of another name, now gone, had read and not acknowledged."""
        self.next_claim = time.monotonic() + ABANDONED_MS / 2000
        held = self.retries.entries()
        for stream in self.streams:
            start = "0-0"
            while True:
                start, entries, *_ = self.redis.xautoclaim(
                    stream, self.group, self.name, ABANDONED_MS, start_id=start, count=BATCH
                )
                self._take(stream, [entry for entry in entries if entry[0] not in held])
                if start == "0-0":
                    break

    def _take(self, stream: str, entries: Sequence[tuple[str, dict[str, str] | None]]) -> None:
        """Handle entries of one stream; they are acknowledged with the next reading."""
        ready: list[Delivery] = []
        done: list[str] = []
        since = dedupe_window.window_start(removed=self.removed)
        for entry, fields in entries:
            # No fields: trimmed before it was handled.
            if (
                fields
                and _may_be_subscribed(fields)
                and (delivery := self._open(stream, entry, fields, since))
            ):
                ready.append(delivery)
            else:
                done.append(entry)
        fault_point("consumer.after_read")
        handled = self.retries.handle(ready)
        fault_point("consumer.after_commit")
        self.reader.acknowledge(stream, handled=handled, skipped=done)

    def _open(self, stream: str, entry: str, fields: dict[str, str], since: UUID) -> Delivery | None:
        """Read an envelope; None when the event is not for this service or cannot be handled at all."""
        envelope = fields.get("envelope", "")
        try:
            attributes = parse(envelope)
            if attributes["type"] not in subscriptions():
                return None
            delivery = Delivery(stream, entry, envelope, from_attributes(attributes))
            if delivery.message.id < since:
                raise dedupe_window.OutsideDedupeWindow
        except (ContractError, dedupe_window.OutsideDedupeWindow) as error:
            with fresh_connections():
                failures.refuse(stream=stream, envelope=envelope, error=str(error))
            return None
        return delivery


def _may_be_subscribed(fields: dict[str, str]) -> bool:
    """What is not for this service need not be parsed; entries of older versions do not say their type."""
    return fields.get("type") is None or fields["type"] in subscriptions()
