"""Use-cases of the inbox; the only writer of :class:`Notification`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from notification_service.delivery.models import Delivery, State
from notification_service.inbox.errors import NotificationNotFound
from notification_service.inbox.models import Kind, Notification
from notification_service.inbox.selectors import notification_list
from notification_service.kinds import GATHERED, Channel
from notification_service.preferences.selectors import CHANNELS_SQL, GATHER_SQL
from servicekit.database.bulk import InsertNew
from servicekit.database.row_classes import Table
from servicekit.ids import first_id, new_id
from servicekit.messaging.publish import publish_changes


class _NotificationRow(NamedTuple):
    """A row of :class:`Notification`. The ids rise in the order of the events: the newest is shown first."""

    id: UUID
    user_id: UUID
    kind: str
    channel: str
    source_event_id: UUID
    order_id: UUID | None
    fill_id: UUID | None
    params: str
    request_id: str


class _InsertWithDeliveries(InsertNew[_NotificationRow]):
    """Notifications that are new, and a delivery of each over each of its reader's external channels."""

    def _written(self, table: Table) -> str:
        return f"""
WITH added AS (
    {super()._written(table)}
    RETURNING kept.id, kept.user_id, kept.kind, kept.external_channels
)
INSERT INTO {Delivery._meta.db_table}
    (notification_id, user_id, kind, channel, state, attempts, next_at, created_at, reason)
SELECT added.id, added.user_id, added.kind, channel, 'pending', 0,
       statement_timestamp() + CASE WHEN added.kind IN ({_GATHERED}) AND channel <> '{Channel.WEBHOOK.value}'
           THEN {GATHER_SQL} ELSE 0 END * interval '1 second',
       statement_timestamp(), ''
FROM added CROSS JOIN unnest(string_to_array(added.external_channels, ',')) AS channel
"""


_GATHERED = ", ".join(f"'{kind.value}'" for kind in sorted(GATHERED))
_INSERT = _InsertWithDeliveries(
    Notification,
    _NotificationRow,
    order="source_event_id",
    computed={"created_at": "statement_timestamp()", "external_channels": CHANNELS_SQL},
)


@dataclass(frozen=True, slots=True)
class NewNotification:
    """A notification to be created.

    Attributes:
        source_event_id: the event that brought the news.
        params: the values of the text: amounts in minor units, prices as Decimal.
        fill_id: the execution that it is about, if any.
        channel: where it stands; what is of e-mail is in no inbox.
    """

    kind: Kind
    user_id: UUID
    source_event_id: UUID
    params: dict[str, Any]
    order_id: UUID | None = None
    fill_id: UUID | None = None
    request_id: str = ""
    channel: Channel = Channel.IN_APP


def notifications_create(notifications: Sequence[NewNotification]) -> None:
    """Tell users something, once over each of their channels, in one statement, which goes with the commit.

    The unique keys decide what was notified already. Nothing is sent here: see ``delivery``.
    """
    publish_changes(str(one.user_id) for one in notifications if one.channel == Channel.IN_APP)
    _INSERT.defer(
        _NotificationRow(
            id=new_id(),
            user_id=one.user_id,
            kind=one.kind.value,
            channel=one.channel.value,
            source_event_id=one.source_event_id,
            order_id=one.order_id,
            fill_id=one.fill_id,
            params=orjson.dumps(one.params, default=str).decode(),
            request_id=one.request_id,
        )
        for one in notifications
    )


def notification_mark_read(*, user_id: UUID, notification_id: UUID) -> Notification:
    """Mark one notification read; one that is read already keeps its first ``read_at``.

    Raises:
        NotificationNotFound: there is none with this id, or it is somebody else's.
    """
    mine = notification_list(user_id=user_id).filter(id=notification_id)
    if mine.filter(read_at=None).update(read_at=timezone.now()):
        publish_changes([str(user_id)])
    notification = mine.first()
    if notification is None:
        raise NotificationNotFound
    return notification


def notification_mark_all_read(*, user_id: UUID, up_to: UUID | None = None) -> int:
    """Mark a user's inbox read, as far as it was shown.

    Args:
        up_to: the newest notification that was shown; what came after it stays unread. Without it,
            everything that is there at this moment.

    Returns:
        How many were unread before.

    Raises:
        NotificationNotFound: there is no ``up_to``, or it is somebody else's.
    """
    unread = notification_list(user_id=user_id, unread=True)
    if up_to is not None:
        newest = notification_list(user_id=user_id).filter(id=up_to).first()
        if newest is None:
            raise NotificationNotFound
        earlier = Q(created_at__lt=newest.created_at)
        unread = unread.filter(earlier | Q(created_at=newest.created_at, id__lte=newest.id))
    count = unread.update(read_at=timezone.now())
    publish_changes([str(user_id)] if count else [])
    return count


@transaction.atomic
def deliveries_purge(*, before: datetime, limit: int = 1000) -> int:
    """Delete the deliveries of old notifications, but of those of which one is still on its way.

    The notification stays, and no longer says over what else it went.

    Args:
        before: of notifications made before this moment.
        limit: notifications of one transaction.

    Returns:
        Of how many notifications.
    """
    on_its_way = Delivery.objects.filter(notification_id=OuterRef("notification_id"), state=State.PENDING)
    old = Delivery.objects.filter(~Exists(on_its_way), notification_id__lt=first_id(before))
    found = set(old.order_by("notification_id").values_list("notification_id", flat=True)[:limit])
    # locked, so that no operator has one tried again meanwhile
    locked = list(Delivery.objects.select_for_update().filter(notification_id__in=found).order_by("id"))
    purged = found - {each.notification_id for each in locked if each.state == State.PENDING}
    Delivery.objects.filter(notification_id__in=purged).delete()
    Notification.objects.filter(id__in=purged).update(external_channels="")
    return len(purged)


def notifications_forget(*, user_ids: Collection[UUID], but_last: bool) -> list[UUID]:
    """Delete what users were told whose accounts are closed.

    Args:
        but_last: except that they were closed, which is still on its way.

    Returns:
        The ids of what was deleted.
    """
    theirs = Notification.objects.filter(user_id__in=user_ids)
    if but_last:
        theirs = theirs.exclude(kind=Kind.SECURITY_NOTICED, params__notice="account_closed")
    gone = list(theirs.values_list("id", flat=True))
    Notification.objects.filter(id__in=gone).delete()
    return gone
