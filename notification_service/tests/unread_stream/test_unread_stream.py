"""GET /api/v1/notifications/stream: how many are unread, at first and whenever that changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async

from notification_service.tests.events import registered
from notification_service.unread_stream import services
from servicekit.ids import new_id
from servicekit.testing.event_streams import Events, followed, listen
from servicekit.testing.keys import access_token

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/v1/notifications/stream"


@pytest.fixture(autouse=True)
def _follower() -> Iterator[None]:
    with followed(services.follower):
        yield


async def counted(events: Events) -> int:
    """The next count that is told."""
    async for name, data in events:
        if name == "unread":
            return int(data["unread_count"])
    raise AssertionError("it ended")


def test_it_tells_of_what_comes_and_of_what_is_read(
    settings: Any, api: Any, deliver: Any, user_id: UUID
) -> None:
    settings.ROOT_URLCONF, urls = settings.STREAM_URLCONF, settings.ROOT_URLCONF

    async def test(events: Events) -> None:
        settings.ROOT_URLCONF = urls
        assert await counted(events) == 0
        await sync_to_async(deliver)(registered(new_id()))  # somebody else's
        await sync_to_async(deliver)(registered(user_id))
        assert await counted(events) == 1
        await sync_to_async(api(user_id).post)("/api/v1/notifications/read-all")
        assert await counted(events) == 0

    listen(PATH, access_token(user_id), test)
