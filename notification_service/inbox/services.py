"""Use-cases of the inbox; the only writer of :class:`Notification`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone

from notification_service.delivery.selectors import channels_for
from notification_service.inbox.errors import NotificationNotFound
from notification_service.inbox.models import Kind, Notification
from notification_service.inbox.selectors import notification_list


def notification_create(
    *,
    user_id: UUID,
    kind: Kind,
    source_event_id: UUID,
    params: dict[str, Any],
    order_id: UUID | None = None,
    fill_id: UUID | None = None,
    request_id: str = "",
) -> None:
    """Tell a user something, once over each of their channels.

    The unique keys decide what has been told already (``INSERT … ON CONFLICT DO NOTHING``).

    Args:
        params: the values of the text, JSON only: amounts in minor units, prices as strings.
        source_event_id: the event that brought the news.
        fill_id: the execution it tells of, if it does.
    """
    Notification.objects.bulk_create(
        [
            Notification(
                user_id=user_id,
                kind=kind,
                channel=channel,
                source_event_id=source_event_id,
                order_id=order_id,
                fill_id=fill_id,
                params=params,
                request_id=request_id,
            )
            for channel in channels_for(user_id=user_id, kind=kind)
        ],
        ignore_conflicts=True,
    )


def notification_mark_read(*, user_id: UUID, notification_id: UUID) -> Notification:
    """Mark one notification read; one that is read already keeps its first ``read_at``.

    Raises:
        NotificationNotFound: there is none with this id, or it is somebody else's.
    """
    mine = notification_list(user_id=user_id).filter(id=notification_id)
    mine.filter(read_at=None).update(read_at=timezone.now())
    notification = mine.first()
    if notification is None:
        raise NotificationNotFound
    return notification


def notification_mark_all_read(*, user_id: UUID) -> int:
    """Mark everything in a user's inbox read.

    Returns:
        How many were unread before.
    """
    return notification_list(user_id=user_id, unread=True).update(read_at=timezone.now())
