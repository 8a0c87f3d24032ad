"""Forgetting events: all that a service has published, and what it has handled, but of one publisher."""

from __future__ import annotations

from django.db import connection

#: Tables about the service's own stream.
OWN_STREAM = ("outbox", "outbox_unsent", "outbox_batches", "outbox_replays", "stream_state", "stream_groups")
#: Tables that tell events of several publishers by their type, which begins with the publisher's name.
OF_OTHERS = ("inbox", "failed_events", "dropped_events", "removed_events")


def events_forget(*, kept: str) -> None:
    """Begin anew with events, as if the service had never published any, in the transaction of the caller.

    The streams must be removed as well. Sequences go on, so that nothing is numbered twice.

    Args:
        kept: a service; what was handled of its events stays.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(OWN_STREAM)}")
        for table in OF_OTHERS:
            cursor.execute(f"DELETE FROM {table} WHERE type NOT LIKE %s", [f"{kept}.%"])
