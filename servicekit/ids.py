"""Identifiers: UUID version 7 (RFC 9562), so that rows sort by creation time."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new UUIDv7. Use it as ``default=new_id`` of a primary key."""
    return uuid7()


def first_id(moment: datetime) -> UUID:
    """The smallest UUIDv7 of a moment."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
