"""Links that stop one kind of news over one channel, for whoever has the message: no sign-in is asked for.

The link is signed, and says whose, what and over which channel; it does nothing else, and does not expire,
since a mail may be read a year later. RFC 8058 has mail programs POST to it by themselves.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core import signing

from notification_service.kinds import EXTERNAL, Channel, Kind

_SALT = "notification.unsubscribe"


class Unsubscription(NamedTuple):
    """What a link stops."""

    user_id: UUID
    kind: Kind
    channel: Channel


def unsubscribe_token(what: Unsubscription) -> str:
    """Its signed text."""
    return signing.dumps([what.user_id.hex, what.kind.value, what.channel.value], salt=_SALT)


def unsubscribe_link(what: Unsubscription) -> str:
    """Its address: a page that asks once more, and that takes the POST of RFC 8058."""
    return f"{settings.PUBLIC_URL}/unsubscribe?{urlencode({'token': unsubscribe_token(what)})}"


def unsubscribe_read(token: str) -> Unsubscription | None:
    """What a token stops; None if it is not one of ours."""
    try:
        user, kind, channel = signing.loads(token, salt=_SALT)
        found = Unsubscription(UUID(hex=user), Kind(kind), Channel(channel))
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return found if found.channel in EXTERNAL else None
