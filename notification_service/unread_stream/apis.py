"""GET /api/v1/notifications/stream."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema, extend_schema_view

from notification_service.unread_stream import services
from servicekit.event_stream.apis import STREAM, OwnStreamApi


@extend_schema_view(
    get=extend_schema(
        operation_id="notifications_stream",
        responses=STREAM,
        summary="How many notifications are unread, as it changes",
        description="Server-sent events until the client disconnects or the session or token ends: first the "
        "present count, then it whenever a notification has come or was read. `event: unread`, and "
        '`data: {"unread_count": 3}`. At `event: again` some may have been '
        "missed: read the notifications. After 15 s without an event comes `event: heartbeat`.",
    )
)
class UnreadStreamApi(OwnStreamApi):
    """``text/event-stream``: how many notifications are unread, as it changes."""

    follower = services.follower

    def offer_current(self, user: str) -> None:
        services.on_inboxes_changed([user])
