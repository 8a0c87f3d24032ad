"""Remembers how each user is addressed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from notification_service.delivery.models import Contact
from servicekit.database.bulk import Upsert


class ContactUpdate(NamedTuple):
    """A user's contact as of ``version``, the sequence of the event; it rises per user."""

    user_id: UUID
    email: str
    locale: str
    display_name: str
    version: int


_SAVE = Upsert(
    Contact,
    ContactUpdate,
    key="user_id",
    where="kept.version < excluded.version",
    computed={"updated_at": "statement_timestamp()"},
)


def contacts_save(*, contacts: Sequence[ContactUpdate]) -> None:
    """Remember how users are addressed, except where something newer is already known.

    Args:
        contacts: each user once.
    """
    _SAVE.run(contacts)
