"""What an id stands for: the requests and the orders that its story is about."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from compose.check.snapshot import SERVICES, Snapshot

#: What the gateway and its clients call a request; see servicekit/telemetry.py.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACE_ID = re.compile(r"(?:00-)?([0-9a-f]{32})(?:-[0-9a-f]{16}-[0-9a-f]{2})?")
#: More requests of one trace are not looked at: a client may use one trace id for all that it ever does.
MAX_REQUESTS = 100

#: Queries by which the id of a row leads to ``order_id``, ``request_id`` or both.
_BY_ROW = (
    ("trading", "SELECT id AS order_id, request_id FROM orders_order WHERE id = %(id)s"),
    ("trading", "SELECT order_id FROM orders_fill WHERE id = %(id)s"),
    ("billing", "SELECT order_id FROM holds_hold WHERE id = %(id)s"),
    (
        "billing",
        "SELECT order_id, request_id FROM ledger_journalentry WHERE %(id)s IN (id, source_id, fill_id)",
    ),
    *(
        (
            "billing",
            f"SELECT request_id FROM cash_{kind} AS booked JOIN ledger_journalentry AS entry "
            "ON entry.id = booked.journal_entry_id WHERE booked.id = %(id)s",
        )
        for kind in ("deposit", "withdrawal")
    ),
    (
        "market",
        "SELECT unnest(ARRAY[buy_order_id, sell_order_id]) AS order_id FROM venue_trade WHERE id = %(id)s",
    ),
    ("notification", "SELECT order_id, request_id FROM notification_inbox_notification WHERE id = %(id)s"),
    *(
        (
            service,
            "SELECT envelope::jsonb ->> 'requestid' AS request_id, "
            "envelope::jsonb #>> '{data,order_id}' AS order_id FROM outbox WHERE id = %(id)s",
        )
        for service in SERVICES
    ),
)
_BY_TRACE = f"""
SELECT DISTINCT envelope::jsonb ->> 'requestid' AS request_id FROM outbox
WHERE strpos(envelope, %(id)s) > 0 LIMIT {MAX_REQUESTS}
"""
_PLACED_BY = "SELECT id FROM orders_order WHERE request_id = ANY(%(requests)s)"
_REQUESTS_OF = "SELECT request_id FROM orders_order WHERE id = ANY(%(orders)s::uuid[]) AND request_id <> ''"


class NotAnId(ValueError):
    """It can be no id of anything; the message says what can."""


@dataclass
class Found:
    """What a story is about.

    Attributes:
        requests: ids of the requests, as the gateway gave them.
        orders: the ids of the orders that these requests placed, or that the id itself leads to.
    """

    requests: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)

    def values(self) -> dict[str, Any]:
        """For the queries of :mod:`compose.trace.steps`."""
        orders = sorted(self.orders)
        return {
            "requests": sorted(self.requests),
            "orders": orders,
            "needles": [
                *(f'"requestid":"{request}"' for request in sorted(self.requests)),
                *(f'"order_id":"{order}"' for order in orders),
            ],
        }


def find(snapshot: Snapshot, text: str) -> Found:
    """What ``text`` stands for; what leads nowhere is taken for the id of a request.

    Args:
        text: the id of a request, a trace (or a whole ``traceparent``), an order, a fill, a trade, a hold, a
            journal entry, a deposit, a withdrawal, a notification or an event.

    Raises:
        NotAnId: it is none of these.
    """
    text = text.strip()
    if not _REQUEST_ID.fullmatch(text):
        raise NotAnId(
            f"{text[:80]!r} is not an id. It must be that of a request (X-Request-Id), a trace (32 "
            "hexadecimal digits), an order, a fill, a trade, a hold, a deposit, a notification or an event: "
            "make trace ID=0190a1b2-1111-7222-8333-444455556666."
        )
    found = Found()
    if trace := _TRACE_ID.fullmatch(text):
        for service in SERVICES:
            values = {"id": f'"traceparent":"00-{trace[1]}-'}
            rows = snapshot.all(service, _BY_TRACE, values)
            found.requests |= {row["request_id"] for row in rows if row["request_id"]}
    if row_id := _uuid(text):
        for service, query in _BY_ROW:
            for row in snapshot.all(service, query, {"id": row_id}):
                found.orders |= {str(row["order_id"])} if row.get("order_id") else set()
                found.requests |= {row["request_id"]} if row.get("request_id") else set()
    placing = snapshot.all("trading", _REQUESTS_OF, {"orders": sorted(found.orders)})
    found.requests |= {row["request_id"] for row in placing}
    if not found.orders and not found.requests:
        found.requests = {text}
    placed = snapshot.all("trading", _PLACED_BY, {"requests": sorted(found.requests)})
    found.orders |= {str(row["id"]) for row in placed}
    return found


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
