"""The only writer of :class:`~servicekit.people.models.Person`."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from servicekit.arrays import columns
from servicekit.contracts import user
from servicekit.messaging import Received

_REGISTERED = """
INSERT INTO people AS known (user_id, username, display_name, version)
SELECT told.*, '', 0 FROM unnest(%s::uuid[], %s::text[]) AS told (user_id, username)
ORDER BY user_id
ON CONFLICT (user_id) DO UPDATE SET username = excluded.username
"""

_CHANGED = """
INSERT INTO people AS known (user_id, username, display_name, version)
SELECT user_id, '', display_name, version
FROM unnest(%s::uuid[], %s::text[], %s::int[]) AS told (user_id, display_name, version)
ORDER BY user_id
ON CONFLICT (user_id) DO UPDATE SET display_name = excluded.display_name, version = excluded.version
WHERE known.version < excluded.version
"""


def people_register(messages: Sequence[Received[user.AccountRegistered]]) -> None:
    """Remember who signed up, each user once."""
    rows = [(message.event.user_id, message.event.username) for message in messages]
    with connection.cursor() as cursor:
        cursor.execute(_REGISTERED, columns(rows))


def people_rename(messages: Sequence[Received[user.ProfileChanged]]) -> None:
    """Follow the users' names, each user once, unless something newer is known."""
    rows = [(message.event.user_id, message.event.display_name, message.sequence) for message in messages]
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, columns(rows))
