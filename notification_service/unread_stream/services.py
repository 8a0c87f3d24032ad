"""How many notifications those who listen have not read: see servicekit/event_stream."""

from __future__ import annotations

from uuid import UUID

from notification_service.inbox.selectors import unread_count
from servicekit import event_stream
from servicekit.event_stream.follower import Follower


def on_inboxes_changed(names: list[str]) -> None:
    """Tell the listeners whose inbox has changed.

    Args:
        names: the users' ids.
    """
    for user in names:
        if event_stream.listened(user):
            event_stream.offer(user, "unread", 0, {"unread_count": unread_count(user_id=UUID(user))})


follower = Follower(on_inboxes_changed)
