"""I12: every subscriber has handled every published event, and no event that was not published."""

from __future__ import annotations

from compose.check.delivery_audit import DeliveryAudit
from compose.check.model import Invariant, Rows
from compose.check.streams import CaughtUp
from servicekit.contracts.subscribers import SUBSCRIBED_TYPES, event_routes

_UNSENT = """
SELECT outbox_seq, id, type, subject, created_at FROM outbox JOIN outbox_unsent USING (outbox_seq)
"""

_FAILED = (
    "SELECT event_id, stream, type, subject, attempts, dead_at, error FROM failed_events WHERE dead_at IS {}"
)
_TRIED_AGAIN, _GIVEN_UP = _FAILED.format("NULL"), _FAILED.format("NOT NULL")


I12 = Invariant(
    "I12",
    "every event is sent, read and handled by every subscriber; none is given up, none came from nowhere",
    always=False,
    checks=(
        *(
            Rows(f"{service}: an event that is not sent", service, _UNSENT, few=True)
            for service in SUBSCRIBED_TYPES
        ),
        *(CaughtUp(publisher, subscriber) for publisher, subscriber, _ in event_routes()),
        *(
            Rows(f"{service}: an event whose handler fails", service, _TRIED_AGAIN, few=True)
            for service in SUBSCRIBED_TYPES
        ),
        *(
            Rows(f"{service}: an event that is given up", service, _GIVEN_UP, few=True)
            for service in SUBSCRIBED_TYPES
        ),
        *(DeliveryAudit(*route) for route in event_routes()),
    ),
)
