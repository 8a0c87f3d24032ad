"""Use-cases of delivery; the only writer of :class:`Contact`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from servicekit.arrays import array

_SAVE = """
INSERT INTO delivery_contact AS known (user_id, email, locale, display_name, version, updated_at)
SELECT told.*, statement_timestamp()
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::int[]) AS told (user_id)
ORDER BY user_id
ON CONFLICT (user_id) DO UPDATE
SET email = excluded.email, locale = excluded.locale, display_name = excluded.display_name,
    version = excluded.version, updated_at = excluded.updated_at
WHERE known.version < excluded.version
"""


class ContactNews(NamedTuple):
    """How a user is addressed, as of ``version``: the sequence of the event that told it, per user rising."""

    user_id: UUID
    email: str
    locale: str
    display_name: str
    version: int


def contacts_save(*, contacts: Sequence[ContactNews]) -> None:
    """Remember how users are addressed, except where something newer is already known.

    Args:
        contacts: each user once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, [array(column) for column in zip(*contacts, strict=True)])
