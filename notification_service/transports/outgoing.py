"""Makes messages of claimed deliveries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from notification_service.delivery.models import Contact
from notification_service.delivery.services import (
    Claimed,
    deliveries_claim,
    deliveries_claim_gathered,
    deliveries_fail,
    deliveries_put_back,
)
from notification_service.inbox.models import Notification
from notification_service.kinds import GATHERED, URGENT, Channel, Kind
from notification_service.preferences.models import Preferences
from notification_service.preferences.selectors import channels_of, preferences_of, quiet_until
from notification_service.transports.message import Message

UNWANTED = "the user no longer wants it over this channel"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message and its deliveries: several where fills are gathered."""

    deliveries: Sequence[Claimed]
    message: Message

    @property
    def ids(self) -> list[int]:
        return [delivery.id for delivery in self.deliveries]

    @property
    def attempts(self) -> int:
        """The one that begins counts."""
        return max(delivery.attempts for delivery in self.deliveries)


def claim_outgoing(channel: Channel, limit: int) -> tuple[int, list[Outgoing]]:
    """Claim what is due, and put back what must wait for the end of quiet hours.

    Returns:
        How many deliveries were due, and the messages.
    """
    due = deliveries_claim(channel=channel, limit=limit)
    if not due:
        return 0, []
    preferences = preferences_of(delivery.user_id for delivery in due)
    now = timezone.now()
    ready = [
        delivery for delivery in due if _may_send(delivery, channel, preferences[delivery.user_id], now=now)
    ]
    if channel is not Channel.WEBHOOK:
        gathering = {d.user_id for d in ready if d.kind in GATHERED and preferences[d.user_id].gather_s}
        ready += deliveries_claim_gathered(channel=channel, user_ids=gathering)
    contacts = Contact.objects.in_bulk({delivery.user_id for delivery in ready})
    news = Notification.objects.in_bulk({delivery.notification_id for delivery in ready})
    messages = []
    for group in _groups(ready, channel):
        user_id = group[0].user_id
        notifications = [news[delivery.notification_id] for delivery in group]
        message = Message(user_id, notifications, contacts.get(user_id), preferences[user_id])
        messages.append(Outgoing(group, message))
    return len(due), messages


def _may_send(delivery: Claimed, channel: Channel, preferences: Preferences, *, now: datetime) -> bool:
    kind = Kind(delivery.kind)
    if channel not in channels_of(preferences, kind) and kind not in URGENT:
        deliveries_fail(ids=[delivery.id], reason=UNWANTED)
        return False
    until = quiet_until(preferences, channel=channel, kind=kind, now=now)
    if until is not None:
        deliveries_put_back(ids=[delivery.id], until=until, reason="quiet hours")
    return until is None


def _groups(ready: Sequence[Claimed], channel: Channel) -> Iterator[list[Claimed]]:
    """Each by itself, but a user's fills together, where programs do not want each of them."""
    together: dict[object, list[Claimed]] = {}
    for delivery in ready:
        gathered = delivery.kind in GATHERED and channel is not Channel.WEBHOOK
        together.setdefault(delivery.user_id if gathered else delivery.id, []).append(delivery)
    for group in together.values():
        yield sorted(group)
