"""A message on its way to one user over one channel, and how a transport says that it did not get there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from notification_service.delivery.models import Contact
from notification_service.inbox.models import Notification
from notification_service.kinds import Channel
from notification_service.preferences.models import Preferences


@dataclass(frozen=True, slots=True)
class Message:
    """What a user is sent.

    Attributes:
        news: one notification, or several that are told together, the oldest first.
        contact: as user_service last told; None before it has.
    """

    user_id: UUID
    news: Sequence[Notification]
    contact: Contact | None
    preferences: Preferences

    @property
    def id(self) -> UUID:
        """Stays the same when it is sent again, so that receivers can drop the second one."""
        return self.news[0].id

    @property
    def locale(self) -> str:
        """The reader's language."""
        return self.contact.locale if self.contact else "en"


class TryAgain(Exception):
    """It did not get through this time: the receiver is busy, slow or away."""


class Refused(Exception):
    """It will not get through: there is no such address, or it takes nothing of this kind."""


class ChannelDown(Exception):
    """Nothing gets through over this channel now, whoever it is for."""


class Transport(Protocol):
    """A way out. Each of its threads has an instance of its own.

    Attributes:
        channel: whose deliveries it takes.
        batch: how many it claims at once.
        threads: how many send at the same time.
    """

    channel: Channel
    batch: int
    threads: int

    def send(self, message: Message) -> None:
        """Hand a message over; it is with the receiver when this returns.

        Raises:
            TryAgain: later it may get through.
            Refused: never.
            ChannelDown: nor does any other.
        """

    def finish(self) -> None:
        """Nothing more is due for a while: close what is open."""
