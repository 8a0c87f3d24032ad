"""One seed: customers trade, faults come, and everything must be right in the end."""

from __future__ import annotations

import os
import threading
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

import psycopg2

from servicekit.contracts.values import FINAL_STATUSES
from tests.faults.customer import Customer
from tests.faults.load import HALF_SPREAD, HOT, TICKERS, Trader
from tests.faults.promises import broken_promises
from tests.faults.schedule import Planned
from tests.faults.target import Target
from tests.faults.watch import Watch, at_rest

T = TypeVar("T")
R = TypeVar("R")

#: A dividend that the load is paid, in major units: of an odd number of units half a cent is lost.
PER_UNIT = Decimal("0.125")

#: What is split under load, and the ratios in turn: the price stays where it was.
SPLIT, RATIOS = "BZB5", ((2, 3), (3, 2))

#: Customers of one trial.
CUSTOMERS = 6
#: Seconds within which everything must be right after the last fault was healed; more by RECOVERY=n, on a
#: machine that has other work.
RECOVERY = float(os.environ.get("RECOVERY") or 30.0)
#: Seconds that the load goes on after the last fault.
AFTER = 1.0


@dataclass
class Outcome:
    """What a trial came to.

    Attributes:
        broken: every violation found, as texts; empty: the trial is good.
        timeline: what was done to the system, with the seconds since the start of the load.
        recovery: seconds from the last heal until everything was right.
        crossed: trades of the load in which neither side is the house.
        rested: orders that rested when everything else had ended.
    """

    seed: str
    broken: list[str] = field(default_factory=list)
    timeline: list[str] = field(default_factory=list)
    orders: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    unknown: int = 0
    looks: int = 0
    crossed: int = 0
    rested: int = 0
    seconds: float = 0.0
    recovery: float = 0.0

    def text(self) -> str:
        """What was done and what is broken."""
        return "\n".join(["", *self.timeline, "", *self.broken])


class Trial:
    """Runs one plan against a system that stays up afterwards.

    Args:
        recovery_s: seconds within which everything must be right after the last fault was healed.
        meeting_s: seconds that the load may go on then until two customers have traded with each other, which
            on a busy machine take longer to meet than the faults do.
    """

    def __init__(
        self,
        target: Target,
        *,
        seed: str,
        plan: list[Planned],
        recovery_s: float = RECOVERY,
        meeting_s: float = 0.0,
    ) -> None:
        self.target = target
        self.recovery_s, self.meeting_s = recovery_s, meeting_s
        self.plan = plan
        self.outcome = Outcome(seed)
        self.traders = [Trader(target.url, seed=f"{seed}/{number}") for number in range(CUSTOMERS)]
        self.watch = Watch()
        self._begun = 0.0
        self._busy: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def run(self) -> Outcome:
        """All of it. Whatever happens, every fault that was injected is healed."""
        started = time.monotonic()
        try:
            self._prepare()
            with self._load():
                self._faults()
                time.sleep(AFTER)
                self._let_customers_meet()
            self._recover()
        except AssertionError as error:
            self._broken(f"{error}")
        except Exception:
            self._broken(traceback.format_exc())
        self.outcome.seconds = time.monotonic() - started
        return self.outcome

    # -- before and during --------------------------------------------------------------------

    def _prepare(self) -> None:
        self.target.set_half_spread(TICKERS, HALF_SPREAD)
        self.outcome.crossed = -self.target.trades_between_customers()
        self._each(self.traders, lambda trader: trader.open_account())
        for planned in self.plan:
            planned.fault.load = self.traders
            planned.fault.prepare(self.target)

    @contextmanager
    def _load(self) -> Iterator[None]:
        """Customers trade and the watch looks, each in a thread of its own."""
        stop = threading.Event()
        work: list[Callable[[threading.Event], None]] = [trader.trade for trader in self.traders]
        threads = [threading.Thread(target=one, args=(stop,), daemon=True) for one in (*work, self.watch.run)]
        self._begun = self.watch.begun = time.monotonic()
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)

    def _faults(self) -> None:
        """Each fault in a thread of its own; returns when the last one is healed."""
        threads = [threading.Thread(target=self._one, args=(planned,)) for planned in self.plan]
        threads += [threading.Thread(target=one) for one in (self._dividend, self._split)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _dividend(self) -> None:
        """What the customers trade pays a dividend, in the middle of the faults."""
        self._announce("a dividend", lambda: self.target.announce_dividends(TICKERS, PER_UNIT))

    def _split(self) -> None:
        """Something that the customers trade is split, or put together again by the next trial."""

        def announce() -> None:
            self.target.announce_split(SPLIT, *RATIOS[len(self.target.splits_of(SPLIT)) % 2])

        self._announce("a split", announce)

    def _announce(self, what: str, announce: Callable[[], None]) -> None:
        self._sleep_until(max((planned.at for planned in self.plan), default=0.0) / 2)
        while True:
            try:
                announce()
                break
            except psycopg2.Error:  # PostgreSQL is among the faults, and two at once have the same day
                time.sleep(0.5)
        self._note(f"{what} was announced")

    def _one(self, planned: Planned) -> None:
        """One fault, after those before it of the same process are over."""
        fault = planned.fault
        self._sleep_until(planned.at)
        with self._busy[fault.touches or fault.name]:
            try:
                self._note(f"{fault.name} begins")
                begun = time.monotonic()
                try:
                    fault.inject(self.target, Random(f"{self.outcome.seed}/{fault.name}"))
                    time.sleep(max(0.0, begun + fault.seconds - time.monotonic()))
                finally:
                    fault.heal(self.target)
                    self._note(f"{fault} is over")
            except Exception as error:
                self._note(f"{fault} FAILED: {error!r}")
                self._broken(f"{fault.name}: {''.join(traceback.format_exception(error))}")

    def _let_customers_meet(self) -> None:
        end = time.monotonic() + self.meeting_s
        while time.monotonic() < end and not self.target.trades_between_customers() + self.outcome.crossed:
            time.sleep(0.5)

    def _sleep_until(self, at: float) -> None:
        time.sleep(max(0.0, self._begun + at - time.monotonic()))

    # -- afterwards ---------------------------------------------------------------------------

    def _recover(self) -> None:
        """Within ``recovery_s``: everything works and is right, with what rests, and without it."""
        healed = time.monotonic()
        end = healed + self.recovery_s
        customers = [*self.traders, *(one for planned in self.plan for one in planned.fault.customers)]
        unknown = self._each(customers, lambda customer: customer.resolve(end))
        self.outcome.unknown = sum(unknown)
        self._note("every call is answered")
        self._each(self.traders, lambda customer: self._works(customer, end))
        self._note("new orders are filled")
        self._rest(customers, end, resting=False)
        self._note("every order has ended or rests, and every invariant was looked at")
        self.outcome.rested = sum(len(customer.unfinished(resting=True)) for customer in customers)
        self._each(customers, lambda customer: customer.must(customer.cancel_all))
        self._rest(customers, end, resting=True)
        self._note("all orders were canceled and have ended, and every invariant was checked again")
        self.outcome.recovery = time.monotonic() - healed
        self.target.set_half_spread(TICKERS, None)
        for planned in self.plan:
            planned.fault.afterwards(self.target, end)
            self.outcome.broken += planned.fault.broken
        for broken in self._each(customers, broken_promises):
            self.outcome.broken += broken
        while (away := self.target.not_running()) and time.monotonic() < end:
            time.sleep(0.3)
        if away:
            self._broken(f"not running: {', '.join(away)}")
        self._count(customers)

    def _rest(self, customers: list[Customer], end: float, *, resting: bool) -> None:
        """By then every order has ended, and every invariant holds.

        Args:
            resting: what waits in the book must have ended, too.
        """
        for customer in customers:
            while (left := customer.unfinished(resting=resting)) and time.monotonic() < end:
                time.sleep(0.3)
            if left:
                self._broken(f"{self.recovery_s:.0f} s after the last fault orders have not ended: {left}")
        if problem := at_rest(end):
            self._broken(f"{self.recovery_s:.0f} s after the last fault:\n{problem}")

    def _works(self, customer: Customer, end: float) -> None:
        """A new order is filled again, unless there is no money for it, or an own order is in its way."""
        while True:
            intent = customer.order("buy", HOT, 1)
            left = end - time.monotonic()
            order = customer.must(lambda intent=intent: customer.send(intent), seconds=left).answer
            while order["status"] not in FINAL_STATUSES:
                assert time.monotonic() < end, f"a new order does not end: {order}"
                time.sleep(0.2)
                path = f"/orders/{order['id']}"
                order = customer.must(lambda path=path: customer.look(path)).answer
            code = (order["reject_reason"] or {}).get("code")
            if order["status"] == "filled" or code in ("insufficient_funds", "self_trade"):
                return
            assert time.monotonic() < end, f"no new order is filled: {order}"
            time.sleep(0.5)

    def _count(self, customers: list[Customer]) -> None:
        for customer in customers:
            self.outcome.orders.update(map(_ended, customer.seen.values()))
            self.outcome.calls += customer.calls
        self.outcome.looks = self.watch.looks
        self.outcome.crossed += self.target.trades_between_customers()
        if self.watch.broken:
            self._broken(f"while faults were on, {self.watch.broken}")

    # -- telling ------------------------------------------------------------------------------

    def _each(self, them: list[T], work: Callable[[T], R]) -> list[R]:
        with ThreadPoolExecutor(max(1, len(them))) as pool:
            return list(pool.map(work, them))

    def _note(self, what: str) -> None:
        self.outcome.timeline.append(f"{time.monotonic() - self._begun:6.2f} s  {what}")

    def _broken(self, what: str) -> None:
        self.outcome.broken.append(what)


def _ended(order: dict[str, Any]) -> str:
    """How an order ended, and why if it was rejected."""
    reason = order["reject_reason"]
    return f"{order['status']}: {reason['code']}" if reason else str(order["status"])
