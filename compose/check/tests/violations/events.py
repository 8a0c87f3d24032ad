"""Violations of what was published and handled, and of what clients were promised."""

from __future__ import annotations

from compose.check.tests import rows
from compose.check.tests.names import ANN, DEPOSIT, EVENTS, OTHER
from servicekit.contracts.subscribers import SUBSCRIBED_TYPES, event_routes

VIOLATIONS: list[tuple[str, str, str, str]] = []

for service in SUBSCRIBED_TYPES:
    VIOLATIONS += [
        (
            "I12",
            f"{service}: an event that is not sent",
            service,
            "WITH said AS (INSERT INTO outbox (id, type, subject, sequence, envelope) "
            f"VALUES ('{OTHER}', 'x', 'order/{OTHER}', 1, '{{}}') RETURNING outbox_seq) "
            "INSERT INTO outbox_unsent SELECT outbox_seq FROM said",
        ),
        (
            "I12",
            f"{service}: an event whose handler fails",
            service,
            "INSERT INTO failed_events (event_id, stream, type, subject, envelope, attempts, error) "
            f"VALUES ('{OTHER}', 'events:x', 'x', 'x', '{{}}', 1, 'x')",
        ),
        (
            "I12",
            f"{service}: an event that is given up",
            service,
            "INSERT INTO failed_events (event_id, stream, type, subject, envelope, attempts, error, dead_at) "
            f"VALUES ('{OTHER}', 'events:x', 'x', 'x', '{{}}', 10, 'x', now())",
        ),
    ]

for publisher, subscriber, types in event_routes():
    name = f"what {publisher} published is not what {subscriber} handled"
    handled = next(id for id, type, _ in EVENTS if type in types)
    VIOLATIONS += [
        ("I12", name, publisher, rows.published(OTHER, types[0], "order/x")),  # never arrived
        ("I12", name, subscriber, f"DELETE FROM inbox WHERE event_id = '{handled}'"),  # missing
        ("I12", name, subscriber, rows.handled(subscriber, OTHER, types[0])),  # never published
        ("I12", name, subscriber, f"UPDATE inbox SET type = type || 'x' WHERE event_id = '{handled}'"),
    ]

_DAYS = "what trading published is not what billing handled"
_PLACED = "trading.order.placed.v1"
_SOME = f"SELECT id FROM outbox WHERE type = '{_PLACED}'"
_OTHERS = f"SELECT event_id FROM inbox WHERE type = '{_PLACED}'"
VIOLATIONS += [
    # Retention has counted what it did not remove, or removed what it did not count.
    ("I12", _DAYS, "trading", rows.removed("outbox", _PLACED, events=_SOME)),
    ("I12", _DAYS, "billing", rows.removed("inbox", _PLACED, events=_OTHERS)),
    (
        "I12",
        _DAYS,
        "billing",
        f"{rows.removed('inbox', _PLACED, events=f'{_OTHERS} LIMIT 1')}; DELETE FROM inbox",
    ),
]

_PROMISED_ORDER = ("I17", "an order, or its replacement, that was promised and is not there", "trading")
_PROMISED_DEPOSIT = ("I17", "a deposit or a withdrawal that was promised and is not there", "billing")
VIOLATIONS += [
    (*_PROMISED_ORDER, rows.answer("another", OTHER)),
    (*_PROMISED_ORDER, f'UPDATE idempotent_answers SET body = \'{{"id": "{OTHER}"}}\''),
    (*_PROMISED_ORDER, "UPDATE idempotent_answers SET status = 0, body = '{}'"),
    (*_PROMISED_DEPOSIT, rows.answer("another", DEPOSIT, user=ANN)),
    (*_PROMISED_DEPOSIT, f'UPDATE idempotent_answers SET body = \'{{"id": "{OTHER}"}}\''),
    (*_PROMISED_DEPOSIT, f"UPDATE cash_deposit SET user_id = '{OTHER}'"),
]
