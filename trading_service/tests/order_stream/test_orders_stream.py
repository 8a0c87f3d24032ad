"""GET /api/v1/orders/stream: each change of one's own orders, as the list shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async

from servicekit.event_stream import listeners
from servicekit.ids import new_id
from servicekit.testing.event_streams import Events, followed, listen
from servicekit.testing.keys import access_token
from trading_service.order_stream import services
from trading_service.orders.models import Order
from trading_service.tests.conftest import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("aapl")]

PATH = "/api/v1/orders/stream"


@pytest.fixture(autouse=True)
def _streams(settings: Any, aapl: Any) -> Iterator[None]:
    """The addresses of that process, and what follows the changes there."""
    with followed(services.follower):
        yield


def opened(settings: Any, user_id: UUID, test: Any) -> None:
    settings.ROOT_URLCONF, urls = settings.STREAM_URLCONF, settings.ROOT_URLCONF

    async def with_the_other_addresses(events: Events) -> None:
        settings.ROOT_URLCONF = urls
        await test(events)

    listen(PATH, access_token(user_id), with_the_other_addresses)


async def of(events: Events) -> dict[str, Any]:
    """The next order that is told."""
    async for name, data in events:
        if name == "order":
            return data
    raise AssertionError("it ended")


def test_every_change_is_told_as_the_list_shows_it(settings: Any, world: World, user_id: UUID) -> None:
    async def test(events: Events) -> None:
        run = sync_to_async
        order: Order = await run(world.order)(
            user_id, type="limit", limit_price="100.00", time_in_force="gtc"
        )
        assert (await of(events))["status"] == "accepted"
        await run(world.hold)(order)
        assert (await of(events))["status"] == "working"
        await run(world.rest)(order)
        told = await of(events)
        assert (told["status"], bool(told["rested_at"])) == ("working", True)
        await run(world.execute)(order, quantity=4)
        told = await of(events)
        assert (told["status"], told["filled_quantity"]) == ("partially_filled", 4)
        assert told == (await run(world.api(user_id).get)("/api/v1/orders")).json()["results"][0]
        await run(world.request_cancel)(order)
        assert (await of(events))["cancel_requested_at"]
        await run(world.cancel)(order)
        assert (await of(events))["status"] == "canceled"

    opened(settings, user_id, test)


def test_nobody_hears_of_somebody_elses(settings: Any, world: World, user_id: UUID) -> None:
    async def test(events: Events) -> None:
        await sync_to_async(world.order)(new_id())
        mine = await sync_to_async(world.order)(user_id)
        assert (await of(events))["id"] == str(mine.id)

    opened(settings, user_id, test)


def test_orders_that_nobody_listens_to_are_not_read(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        services.on_orders_changed([f"{new_id()}/{new_id()}"])
    assert not listeners._by_name


def test_a_gap_is_told(settings: Any, user_id: UUID) -> None:
    async def test(events: Events) -> None:
        services.follower.missed()
        assert await anext(events) == ("again", {})

    opened(settings, user_id, test)


def test_a_listener_far_behind_is_ended(settings: Any, user_id: UUID) -> None:
    async def test(events: Events) -> None:
        (listener,) = listeners._listeners
        for number in range(502):
            listener.offer("order", str(number), 0, {})
        assert [name async for name, _ in events] == ["order"] * 502

    opened(settings, user_id, test)
