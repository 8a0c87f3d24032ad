"""Death in a window: a process kills itself between two steps; see ``servicekit/faults.py``."""

from __future__ import annotations

import time
from dataclasses import dataclass
from random import Random

import psycopg2

from tests.faults.customer import Customer
from tests.faults.kinds.base import COMES_BACK, Fault
from tests.faults.target import Target

#: Point → the services that reach it. user_service hears of closings alone, notification_service tells none.
POINTS = {
    "request.before_commit": ("trading", "billing"),
    "request.after_commit": ("trading", "billing"),
    "relay.before_send": ("user", "market", "trading", "billing"),
    "relay.after_send": ("user", "market", "trading", "billing"),
    "consumer.after_read": ("market", "trading", "billing", "notification"),
    "consumer.before_commit": ("market", "trading", "billing", "notification"),
    "consumer.after_commit": ("market", "trading", "billing", "notification"),
    "day.before_close": ("market",),
    "day.after_close": ("market",),
    "delivery.before_send": ("notification",),
    "delivery.after_send": ("notification",),
}


@dataclass
class Window(Fault):
    """The first process of a service that reaches a point dies there.

    Attributes:
        timeout_s: seconds until somebody must have come by.
        reached: whether somebody did.
    """

    service: str = ""
    point: str = ""
    timeout_s: float = 120.0
    reached: bool = False

    def inject(self, target: Target, random: Random) -> None:
        target.arm(self.service, self.point)
        self.provoke(target)
        end = time.monotonic() + self.timeout_s
        while target.armed(self.service, self.point) and time.monotonic() < end:
            time.sleep(0.05)
        self.reached = target.disarm(self.service, self.point)

    def provoke(self, target: Target) -> None:
        """See that somebody comes by; the load does."""

    def heal(self, target: Target) -> None:
        if not self.reached:
            self.notes.append("not reached")
        target.wait_until_there(self.touches, seconds=COMES_BACK)


@dataclass
class DayEnd(Window):
    """The market's day ends, and whoever closes it dies."""

    def provoke(self, target: Target) -> None:
        while True:
            try:
                return target.end_day()
            except psycopg2.Error:  # PostgreSQL is among the faults
                time.sleep(0.5)


@dataclass
class DeliveryWindow(Window):
    """Somebody registers, and whoever mails them the link dies: the load's own mails are gathered."""

    def provoke(self, target: Target) -> None:
        Customer(target.url, seed=self.name).register()


#: Points of a split → the service that reaches it.
SPLIT_POINTS = {
    "split.after_halt": "market",
    "split.after_cancel": "market",
    "split.after_record": "market",
    "split.before_commit": "trading",
    "split.after_commit": "trading",
}
#: What is split for it; the ratios in turn.
SPLIT, RATIOS = "MSFT", ((1, 2), (2, 1))


@dataclass
class SplitWindow(Window):
    """As its kind, while an instrument that the load trades is split.

    Whoever dies, the venue's worker must live for a while: it carries out the splits, one after the other.
    """

    timeout_s: float = 180.0

    def provoke(self, target: Target) -> None:
        while True:
            try:
                return target.announce_split(SPLIT, *RATIOS[len(target.splits_of(SPLIT)) % 2])
            except psycopg2.Error:  # PostgreSQL is among the faults, and two at once have the same day
                time.sleep(0.5)

    def heal(self, target: Target) -> None:
        super().heal(target)
        target.wait_until_there(f"{self.service}-worker", seconds=COMES_BACK)


def split_window(point: str) -> SplitWindow:
    """The window of that point."""
    service = SPLIT_POINTS[point]
    return SplitWindow(f"window:{service}.{point}", "market-worker", service=service, point=point)


def window(service: str, point: str) -> Window:
    """The window of that service; a request's is its web server, a message's the process that sends it."""
    owners = {"request": service, "delivery": f"{service}-delivery"}
    touches = owners.get(point.partition(".")[0], f"{service}-worker")
    kinds = {"day": DayEnd, "delivery": DeliveryWindow}
    kind = kinds.get(point.partition(".")[0], Window)
    return kind(f"window:{service}.{point}", touches, service=service, point=point)


#: Points of the closing of an account, which user_service's worker reaches.
CLOSING_POINTS = ("closing.before_commit", "closing.after_commit")


@dataclass
class ClosingWindow(Window):
    """As its kind, while somebody closes an account: it is closed once, whoever dies, and signs nobody in."""

    timeout_s: float = 90.0

    def prepare(self, target: Target) -> None:
        self.person = Customer(target.url, seed=self.name)
        self.person.register()

    def provoke(self, target: Target) -> None:
        self.person.close_account()

    def afterwards(self, target: Target, end: float) -> None:
        while not self.person.is_closed():
            if time.monotonic() > end:
                self.broken.append("an account that was to be closed is still open")
                return
            time.sleep(0.2)


def closing_window(point: str) -> ClosingWindow:
    """The window of that point."""
    return ClosingWindow(f"window:user.{point}", "user-worker", service="user", point=point)
