"""Which service subscribes to which events, for code that imports no service (access rights, audits).

A test compares this with each service's own ``subscriptions.py``.
"""

from __future__ import annotations

#: Subscriber → the types it subscribes to.
SUBSCRIBED_TYPES: dict[str, tuple[str, ...]] = {
    "user": ("billing.closing.decided.v1",),
    "market": (
        "trading.order.submitted.v1",
        "trading.order.submitted.v2",
        "trading.order.cancel_requested.v1",
        "trading.dividend.completed.v1",
        "trading.split.completed.v1",
        "user.session.revoked.v1",
    ),
    "trading": (
        "user.account.registered.v1",
        "user.profile.changed.v1",
        "user.account.closed.v1",
        "billing.closing.prepared.v1",
        "market.instrument.changed.v1",
        "billing.hold.placed.v1",
        "billing.hold.declined.v1",
        "market.order.executed.v1",
        "market.order.executed.v2",
        "market.order.rested.v1",
        "market.order.refused.v1",
        "market.order.canceled.v1",
        "market.order.canceled.v2",
        "market.order.expired.v1",
        "market.day.closed.v1",
        "market.dividend.recorded.v1",
        "market.split.recorded.v1",
        "user.session.revoked.v1",
    ),
    "billing": (
        "user.account.registered.v1",
        "user.profile.changed.v1",
        "user.closing.requested.v1",
        "user.account.closed.v1",
        "trading.closing.checked.v1",
        "trading.order.placed.v1",
        "trading.order.placed.v2",
        "trading.order.filled.v1",
        "trading.order.filled.v2",
        "trading.order.rejected.v1",
        "trading.order.canceled.v1",
        "trading.order.canceled.v2",
        "trading.order.expired.v1",
        "trading.dividend.allocated.v1",
        "trading.split.allocated.v1",
        "user.session.revoked.v1",
    ),
    "notification": (
        "user.account.registered.v1",
        "user.profile.changed.v1",
        "user.account.closed.v1",
        "billing.deposit.booked.v1",
        "billing.withdrawal.booked.v1",
        "billing.dividend.booked.v1",
        "user.security.noticed.v1",
        "user.link.issued.v1",
        "billing.reversal.booked.v1",
        "billing.statement.ready.v1",
        "trading.order.filled.v1",
        "trading.order.filled.v2",
        "trading.order.rejected.v1",
        "trading.order.canceled.v1",
        "trading.order.canceled.v2",
        "trading.order.expired.v1",
        "trading.split.allocated.v1",
        "trading.alert.fired.v1",
        "billing.account.frozen.v1",
        "billing.account.unfrozen.v1",
        "user.session.revoked.v1",
    ),
}


def event_routes() -> list[tuple[str, str, tuple[str, ...]]]:
    """``(publisher, subscriber, types)`` for every two services of which one subscribes to the other."""
    found: dict[tuple[str, str], list[str]] = {}
    for subscriber, types in SUBSCRIBED_TYPES.items():
        for type_name in types:
            found.setdefault((type_name.partition(".")[0], subscriber), []).append(type_name)
    return [(publisher, subscriber, tuple(types)) for (publisher, subscriber), types in found.items()]


def publishers_of(subscriber: str) -> list[str]:
    """The services that a service subscribes to, by name."""
    return sorted({type_name.partition(".")[0] for type_name in SUBSCRIBED_TYPES[subscriber]})
