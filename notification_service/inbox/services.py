"""Use-cases of the inbox; the only writer of :class:`Notification`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Q
from django.utils import timezone

from notification_service.delivery.selectors import channels_for
from notification_service.inbox.errors import NotificationNotFound
from notification_service.inbox.models import Kind, Notification
from notification_service.inbox.selectors import notification_list
from servicekit.arrays import columns, lines
from servicekit.database import Statement, execute_deferred
from servicekit.ids import new_id

# The ids rise in the order of the events, so the newest is shown first. Rows are inserted in the order
# of the events' ids: two who are told the same at once wait for each other, never in a circle.
_TELL = Statement(
    """
INSERT INTO notification_inbox_notification
    (id, user_id, channel, source_event_id, order_id, fill_id, request_id, params, kind, created_at)
SELECT told.*, %s::text, statement_timestamp()
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[],
            string_to_array(%s, E'\\n')::jsonb[])
     AS told (id, user_id, channel, source_event_id)
ORDER BY source_event_id
ON CONFLICT DO NOTHING
"""
)


@dataclass(frozen=True, slots=True)
class News:
    """What one user is told.

    Attributes:
        source_event_id: the event that brought the news.
        params: the values of the text: amounts in minor units, prices as Decimal.
        fill_id: the execution it tells of, if it does.
    """

    user_id: UUID
    source_event_id: UUID
    params: dict[str, Any]
    order_id: UUID | None = None
    fill_id: UUID | None = None
    request_id: str = ""


def notifications_create(*, kind: Kind, news: Sequence[News]) -> None:
    """Tell users something, once over each of their channels, in one statement, which goes with the commit.

    The unique keys decide what has been told already (``ON CONFLICT DO NOTHING``).
    """
    channels = channels_for(user_ids=(one.user_id for one in news), kind=kind)
    told = [(one, channel) for one in news for channel in channels[one.user_id]]
    if not told:
        return
    rows = (
        (
            new_id(),
            one.user_id,
            channel.value,
            one.source_event_id,
            one.order_id,
            one.fill_id,
            one.request_id,
        )
        for one, channel in told
    )
    params = lines(orjson.dumps(one.params, default=str).decode() for one, _ in told)
    execute_deferred(_TELL, [kind.value, *columns(rows), params])


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
    return unread.update(read_at=timezone.now())
