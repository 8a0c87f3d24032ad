"""The links in mails about accounts: their text is made of an id and a key, and is kept nowhere.

user_service issues the id, notification_service writes the link into the mail, user_service reads it again.
No event, table, stream or backup has anything that a link could be made of without the key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings

_ID, _PROOF = 16, 32


def link_token(link_id: UUID) -> str:
    """The secret part of a link, which goes behind the ``#`` of its address: browsers tell that nobody."""
    return base64.urlsafe_b64encode(link_id.bytes + _proof(link_id)).decode()


def link_token_read(token: str) -> UUID | None:
    """The id of a link; None of what was not made here."""
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:  # not ASCII, or not base64
        return None
    if len(raw) != _ID + _PROOF:
        return None
    link_id = UUID(bytes=raw[:_ID])
    return link_id if hmac.compare_digest(raw[_ID:], _proof(link_id)) else None


def _proof(link_id: UUID) -> bytes:
    return hmac.digest(settings.LINK_KEY.encode(), b"account link " + link_id.bytes, hashlib.sha256)
