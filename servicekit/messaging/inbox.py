"""Running handlers exactly once per event: the inbox row and the effect share one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from servicekit.messaging.envelope import Received
from servicekit.messaging.subscriptions import handlers
from servicekit.telemetry import request_context


def handle(messages: Sequence[Received[Any]]) -> int:
    """Handle messages in one transaction, in order, skipping those handled before.

    Returns:
        How many were new.

    Raises:
        Exception: whatever a handler raised; nothing of the whole sequence has happened then.
    """
    with transaction.atomic():
        new = _take(messages)
        count = len(new)
        for message in messages:
            if message.id not in new:
                continue
            new.discard(message.id)  # the same event may be in the sequence twice
            with request_context(message.request_id, message.traceparent):
                for handler in handlers()[message.type]:
                    handler(message)
    return count


def _take(messages: Sequence[Received[Any]]) -> set[UUID]:
    """Insert the inbox rows; the primary key decides which are new."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO inbox (consumer, event_id, type)
            SELECT %s, event_id, type FROM unnest(%s::uuid[], %s::text[]) AS received (event_id, type)
            ORDER BY event_id
            ON CONFLICT DO NOTHING RETURNING event_id
            """,
            [settings.SERVICE_NAME, [str(m.id) for m in messages], [m.type for m in messages]],
        )
        return {UUID(str(row[0])) for row in cursor.fetchall()}
