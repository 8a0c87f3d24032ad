"""Orders that are all there at once, until the last of them is settled and notified."""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID

from benchmarks.cpu import CpuUse
from benchmarks.system import BenchSystem
from compose.local.console import CommandError

#: Seconds between two looks; the times themselves are read from the rows.
PAUSE = 0.25
#: Seconds without any progress after which the orders count as lost.
STALL_S = 30

_SETTLED = "SELECT count(*) FROM ledger_journalentry WHERE id >= %s AND fill_id IS NOT NULL"
_NOTIFIED = "SELECT count(*) FROM notification_inbox_notification WHERE id >= %s AND fill_id IS NOT NULL"
_LAST_SETTLED = (
    "SELECT count(DISTINCT order_id), extract(epoch FROM max(occurred_at)) "
    "FROM ledger_journalentry WHERE order_id = ANY(%s::uuid[])"
)
_LAST_NOTIFIED = (
    "SELECT count(DISTINCT order_id), extract(epoch FROM max(created_at)) "
    "FROM notification_inbox_notification WHERE id >= %s AND order_id = ANY(%s::uuid[])"
)
_STATES = "SELECT status, reject_code, count(*) FROM orders_order WHERE id = ANY(%s::uuid[]) GROUP BY 1, 2"


@dataclass(frozen=True)
class Drained:
    """``orders`` settled and notified within ``seconds`` of the commit that placed them."""

    orders: int
    seconds: float
    cpu: CpuUse

    @property
    def rate(self) -> float:
        """Orders a second."""
        return self.orders / self.seconds


def drain(
    system: BenchSystem,
    *,
    orders: int,
    users: list[str],
    tickers: list[str],
    sells: float = 0.0,
    seed: int = 0,
) -> Drained:
    """Place ``orders`` market orders in one transaction and see them through.

    The clock runs from the return of its COMMIT to the latest time in a journal entry or a
    notification of these orders; the CPU from just before that COMMIT until the end was noticed.

    Raises:
        CommandError: some of them were not filled, settled and notified.
    """
    system.wait_quiet()
    arguments = {"count": orders, "users": users, "tickers": tickers, "sells": sells, "seed": seed}
    with system.begin_inside("trading", "orders_place", **arguments) as call:
        call.wait_ready()
        first_id = id_of_now()
        with system.measured() as before:
            call.go()
            placed = call.result()
            wait_settled(system, since=first_id, orders=placed["orders"])
            used = system.cpu.since(before)
    end = last_time(system, since=first_id, orders=placed["orders"])
    return Drained(orders, end - placed["committed"], used)


def id_of_now() -> UUID:
    """The least UUIDv7 of this moment: later rows have greater ids."""
    return UUID(int=(time.time_ns() // 1_000_000) << 80)


def wait_settled(system: BenchSystem, *, since: UUID, orders: list[str]) -> None:
    """Return once there are as many settlements and notifications as orders.

    Raises:
        CommandError: nothing has moved for ``STALL_S`` seconds.
    """
    seen, end = (0, 0), time.monotonic() + STALL_S
    while min(seen) < len(orders):
        time.sleep(PAUSE)
        before, bound = seen, [str(since)]
        seen = (
            system.rows("billing", _SETTLED, bound)[0][0],
            system.rows("notification", _NOTIFIED, bound)[0][0],
        )
        if seen != before:
            end = time.monotonic() + STALL_S
        elif time.monotonic() > end:
            states = system.rows("trading", _STATES, [orders])
            raise CommandError(f"Of {len(orders)} orders {seen[0]} are settled, {seen[1]} notified: {states}")


def last_time(system: BenchSystem, *, since: UUID, orders: list[str]) -> float:
    """When the last of the orders was settled and notified, seconds since the epoch.

    Raises:
        CommandError: an order has no settlement or no notification.
    """
    settled, settled_at = system.rows("billing", _LAST_SETTLED, [orders])[0]
    notified, notified_at = system.rows("notification", _LAST_NOTIFIED, [str(since), orders])[0]
    if not settled == notified == len(orders):
        raise CommandError(f"Of {len(orders)} orders {settled} are settled and {notified} notified.")
    return float(max(settled_at, notified_at))
