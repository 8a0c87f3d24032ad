"""The steps of a story, each with the query that reads it from the database of the service that took it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from compose.check.snapshot import SERVICES, Snapshot
from compose.trace.found import Found
from servicekit.contracts.subscribers import SUBSCRIBED_TYPES
from servicekit.contracts.values import SIDES
from servicekit.money import to_text

Row = dict[str, Any]

#: Rows of one query at most; what a periodic task did to everybody has more.
MAX_ROWS = 2000


class Step(NamedTuple):
    """Something that happened: when (UTC, by the database of its service), where, what."""

    at: datetime
    service: str
    what: str


class Source(NamedTuple):
    """A query of one service, and the words for each of its rows, which have ``at``."""

    service: str
    query: str
    words: Callable[[Row], str]


def _transition(row: Row) -> str:
    was = f"{row['from_status']} → " if row["from_status"] else ""
    return f"order {row['order_id']}: {was}{row['to_status']}, by {row['cause']}"


def _fill(row: Row) -> str:
    amount, fee = (to_text(row[name], row["currency"]) for name in ("amount", "fee"))
    what = f"{row['quantity']} at {row['price'].normalize():f}"
    return f"fill {row['id']}: {what} for {amount}, fee {fee} {row['currency']}"


def _hold(row: Row) -> str:
    return f"hold {row['id']}: {_money(row, 'amount')} set aside"


def _hold_ended(row: Row) -> str:
    parts = ", ".join(f"{_money(row, name)} {name}" for name in ("captured", "released"))
    return f"hold {row['id']}: {row['state']}, {parts}"


def _money(row: Row, name: str) -> str:
    return f"{to_text(row[name], row['currency'])} {row['currency']}" if row["currency"] else str(row[name])


def _journal(row: Row) -> str:
    legs = ", ".join(
        f"{kind} {to_text(amount, currency)} {currency}" for kind, amount, currency in row["legs"] or ()
    )
    return f"journal entry {row['number']}, {row['type']}: {legs}"


def _trade(row: Row) -> str:
    sides = (f"{side} {row[f'{side}_order_id'] or 'the house'}" for side in SIDES)
    return f"trade {row['id']}: {row['quantity']} at {row['price'].normalize():f}, {', '.join(sides)}"


def _delivery(row: Row) -> str:
    tried = f"{row['channel']} {row['state']} after {row['attempts']} attempts"
    return f"notification {row['notification_id']}: {tried}{': ' if row['reason'] else ''}{row['reason']}"


def _failed(row: Row) -> str:
    state = "GIVEN UP" if row["dead_at"] else "tried again"
    reason = (row["error"].strip().splitlines() or [""])[-1][:200]
    return f"failed {row['attempts']} times, {state}: {row['type']}: {reason}"


def _venue_end(row: Row) -> str:
    why = f", {row['reason']}" if row["reason"] else ""
    return f"order {row['order_id']}: {row['state']} at the venue, {row['executed']} executed{why}"


_OF_ORDERS = "order_id = ANY(%(orders)s::uuid[])"
_OF_BOTH = f"({_OF_ORDERS} OR request_id = ANY(%(requests)s))"
_CURRENCY = "LEFT JOIN ledger_ledgeraccount AS account ON account.id = account_id"

SOURCES = (
    Source(
        "trading",
        f"SELECT at, order_id, from_status, to_status, cause FROM orders_ordertransition WHERE {_OF_BOTH}",
        _transition,
    ),
    Source(
        "trading",
        "SELECT executed_at AS at, fill.id, fill.quantity, price, fill.amount, fill.fee, currency "
        f"FROM orders_fill AS fill JOIN orders_order AS o ON o.id = order_id WHERE {_OF_ORDERS}",
        _fill,
    ),
    Source(
        "trading",
        f"SELECT requested_at AS at, order_id, new_order_id FROM orders_orderreplacement WHERE {_OF_BOTH}",
        lambda row: f"order {row['order_id']}: to be replaced by {row['new_order_id']}",
    ),
    Source(
        "billing",
        "SELECT created_at AS at, hold.id, amount, currency FROM holds_hold AS hold "
        f"{_CURRENCY} WHERE {_OF_ORDERS}",
        _hold,
    ),
    Source(
        "billing",
        "SELECT updated_at AS at, hold.id, state, captured, released, currency FROM holds_hold AS hold "
        f"{_CURRENCY} WHERE {_OF_ORDERS} AND state <> 'pending'",
        _hold_ended,
    ),
    Source(
        "billing",
        "SELECT occurred_at AS at, number, type, ("
        "SELECT jsonb_agg(jsonb_build_array(kind, amount, currency) ORDER BY leg.number, kind) "
        "FROM ledger_ledgerentry AS leg WHERE journal_entry_id = entry.id) AS legs "
        f"FROM ledger_journalentry AS entry WHERE {_OF_BOTH}",
        _journal,
    ),
    Source(
        "market",
        "SELECT executed_at AS at, id, quantity, price, buy_order_id, sell_order_id FROM venue_trade "
        "WHERE buy_order_id = ANY(%(orders)s::uuid[]) OR sell_order_id = ANY(%(orders)s::uuid[])",
        _trade,
    ),
    Source(
        "market",
        f"SELECT rested_at AS at, order_id, remaining FROM venue_restingorder WHERE {_OF_ORDERS}",
        lambda row: f"order {row['order_id']}: rests in the book, {row['remaining']} left",
    ),
    Source(
        "market",
        f"SELECT ended_at AS at, order_id, state, reason, executed FROM venue_venueorder WHERE {_OF_ORDERS}",
        _venue_end,
    ),
    Source(
        "notification",
        f"SELECT created_at AS at, id, kind, channel FROM notification_inbox_notification WHERE {_OF_BOTH}",
        lambda row: f"notification {row['id']}: {row['kind']}, {row['channel']}",
    ),
    Source(
        "notification",
        "SELECT coalesce(sent_at, delivery.created_at) AS at, notification_id, delivery.channel, state, "
        "attempts, reason FROM delivery_delivery AS delivery JOIN notification_inbox_notification AS news "
        f"ON news.id = notification_id WHERE {_OF_BOTH}",
        _delivery,
    ),
    *(
        Source(
            service,
            "SELECT at, action, actor_name, object_name, object_id FROM audit_entries "
            "WHERE request_id = ANY(%(requests)s)",
            lambda row: f"{row['actor_name']}: {row['action']} {row['object_name'] or row['object_id']}",
        )
        for service in SERVICES
    ),
)

_EVENTS = """
SELECT created_at AS at, id, type, subject, unsent.outbox_seq IS NOT NULL AS unsent FROM outbox
LEFT JOIN outbox_unsent AS unsent USING (outbox_seq)
WHERE EXISTS (SELECT FROM unnest(%(needles)s::text[]) AS needle WHERE strpos(envelope, needle) > 0)
"""
_HANDLED = "SELECT handled_at AS at, event_id AS id, type FROM inbox WHERE event_id = ANY(%(events)s::uuid[])"
_FAILED = """
SELECT first_failed_at AS at, event_id AS id, type, attempts, error, dead_at FROM failed_events AS failed
WHERE event_id = ANY(%(events)s::uuid[])
    AND NOT EXISTS (SELECT FROM inbox WHERE event_id = failed.event_id)
"""


def steps(snapshot: Snapshot, found: Found) -> Iterator[Step]:
    """Every step that the databases know of, in no order."""
    values = found.values()
    for source in SOURCES:
        for row in snapshot.all(source.service, f"{source.query} LIMIT {MAX_ROWS}", values):
            yield Step(row["at"], source.service, source.words(row))
    yield from _events(snapshot, values)


def _events(snapshot: Snapshot, values: dict[str, Any]) -> Iterator[Step]:
    """Events as they were published, and as each subscriber handled them, failed at them or has yet to."""
    published: dict[str, Row] = {}
    for service in SERVICES:
        for row in snapshot.all(service, f"{_EVENTS} LIMIT {MAX_ROWS}", values):
            published[str(row["id"])] = row
            more = ", NOT SENT YET" if row["unsent"] else ""
            yield Step(row["at"], service, f"published {row['type']} of {row['subject']}{more}")
    for service in SERVICES:
        known = set()
        for row in snapshot.all(service, _HANDLED, {"events": list(published)}):
            known.add(str(row["id"]))
            took = 1000 * (row["at"] - published[str(row["id"])]["at"]).total_seconds()
            yield Step(row["at"], service, f"handled {row['type']}, {took:.0f} ms after it was published")
        for row in snapshot.all(service, _FAILED, {"events": list(published)}):
            known.add(str(row["id"]))
            yield Step(row["at"], service, _failed(row))
        for event_id, row in published.items():
            if row["type"] in SUBSCRIBED_TYPES[service] and event_id not in known:
                yield Step(row["at"], service, f"HAS NOT HANDLED {row['type']} of {row['subject']}")
