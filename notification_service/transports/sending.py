"""Sends what is due over a channel: claim, send, mark, in separate steps that wait for no other channel.

What may be sent twice: the one message of a thread that had handed it over, and not marked yet, when it was
killed. Marking first would lose it instead. Its id is the same both times, so a receiver can tell.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from notification_service.delivery.services import (
    deliveries_fail,
    deliveries_postpone,
    deliveries_put_back,
    deliveries_sent,
    user_deliveries_wait,
)
from notification_service.delivery.services.deliveries_claim import LEASE_S
from notification_service.transports import metrics
from notification_service.transports.message import ChannelDown, Refused, Transport, TryAgain
from notification_service.transports.outgoing import Outgoing, claim_outgoing
from servicekit.faults import fault_point

log = logging.getLogger(__name__)

#: A delivery is given up after so many attempts, some three hours after the first.
ATTEMPTS = 8
#: Seconds until the second attempt; until each next one four times as many, at most the second number.
FIRST_RETRY_S, LONGEST_RETRY_S = 5.0, 3600.0
#: Seconds for which a channel that is down is left alone, doubling; at most the second number.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
#: Seconds between two looks for what is due, while nothing is.
POLL_S = 1.0


def retry_after_s(attempts: int) -> float:
    """Seconds from a failed attempt to the next, a quarter more or less: many that failed together part."""
    base = min(FIRST_RETRY_S * 4.0 ** (attempts - 1), LONGEST_RETRY_S)
    return base * random.uniform(0.75, 1.25)


class Sender:
    """One thread of a channel.

    Attributes:
        pause_s: how long the channel is left alone now; 0 while it is up.
    """

    def __init__(self, transport: Transport, stop: threading.Event | None = None) -> None:
        self.transport = transport
        self.channel = transport.channel
        self.stop = stop or threading.Event()
        self.pause_s = 0.0

    def run(self) -> None:
        """Send until told to stop."""
        try:
            while not self.stop.is_set():
                due = self.send_due()
                if self.pause_s or not due:
                    self.transport.finish()
                    self.stop.wait(self.pause_s or POLL_S)
        finally:
            self.transport.finish()

    def send_due(self) -> int:
        """Claim a batch and send it. Returns how many deliveries were due."""
        due, outgoing = claim_outgoing(self.channel, self.transport.batch)
        begun = time.monotonic()
        resting: dict[UUID, datetime] = {}  # users whose receiver has just failed, and until when it rests
        for number, each in enumerate(outgoing):
            if self.stop.is_set() or time.monotonic() - begun > LEASE_S / 2:
                for rest in outgoing[number:]:
                    deliveries_put_back(ids=rest.ids)
                break
            if each.message.user_id in resting:
                deliveries_put_back(ids=each.ids, until=resting[each.message.user_id])
                continue
            try:
                self._send(each)
                self.pause_s = 0.0
            except TryAgain as failure:
                resting[each.message.user_id] = self._try_again(each, str(failure))
            except ChannelDown as failure:
                self._pause(str(failure))
                until = timezone.now() + timedelta(seconds=self.pause_s)
                for rest in outgoing[number:]:
                    deliveries_put_back(ids=rest.ids, until=until, reason=str(failure))
                break
        return due

    def _send(self, outgoing: Outgoing) -> None:
        fault_point("delivery.before_send")
        try:
            self.transport.send(outgoing.message)
        except Refused as failure:
            metrics.failed(self.channel, deliveries_fail(ids=outgoing.ids, reason=str(failure)))
            return
        except (TryAgain, ChannelDown):
            raise
        except Exception as bug:  # one message that cannot be made does not stop the others
            log.exception("a message over %s could not be made", self.channel.value)
            raise TryAgain(f"{type(bug).__name__}: {bug}") from bug
        fault_point("delivery.after_send")
        metrics.sent(self.channel, deliveries_sent(ids=outgoing.ids))

    def _try_again(self, outgoing: Outgoing, reason: str) -> datetime:
        """Returns until when nothing more goes to this receiver."""
        until = timezone.now() + timedelta(seconds=retry_after_s(outgoing.attempts))
        if outgoing.attempts < ATTEMPTS:
            deliveries_postpone(ids=outgoing.ids, until=until, reason=reason)
            metrics.retried(self.channel, len(outgoing.ids))
        else:
            metrics.failed(self.channel, deliveries_fail(ids=outgoing.ids, reason=reason))
        user_deliveries_wait(user_id=outgoing.message.user_id, channel=self.channel, until=until)
        return until

    def _pause(self, reason: str) -> None:
        self.pause_s = min(max(self.pause_s * 2, FIRST_PAUSE_S), LONGEST_PAUSE_S) * random.uniform(0.75, 1.25)
        log.warning("%s is down, next attempt in %.1f s: %s", self.channel.value, self.pause_s, reason)
        metrics.down(self.channel)
