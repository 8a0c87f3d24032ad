"""/stream: what the API's streams tell of who is signed in, handed on by a process of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.test import AsyncClient, Client

from servicekit.event_stream import listeners
from web_frontend.live import relay
from web_frontend.sessions.page_owner import page_owner
from web_frontend.tests.conftest import TOKENS
from web_frontend.tests.gateway_double import GatewayDouble, SentRequest
from web_frontend.tests.test_token_refresh import age_tokens

ORDERS, NOTIFICATIONS = "GET /api/v1/orders/stream", "GET /api/v1/notifications/stream"
#: Seconds after which something that should have come has not.
LATE_S = 60

Events = AsyncIterator[tuple[str, dict[str, Any]]]


def told(event: str, **data: Any) -> str:
    """An event, as a stream of the API sends it."""
    return f"id: 7\nevent: {event}\ndata: {json.dumps(data)}\n\n"


@pytest.fixture(autouse=True)
def _sources(gateway: GatewayDouble, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two sources with nothing to tell, which end at once and are asked again soon."""
    monkeypatch.setattr(relay, "RETRY_S", 0.05)
    gateway.answer(ORDERS, "")
    gateway.answer(NOTIFICATIONS, "")
    yield
    assert not listeners._listeners
    assert not listeners._counts


@pytest.fixture
def vera(settings: Any, vera: Client) -> Client:
    """Somebody who has signed in, before the process that is tested."""
    settings.ROOT_URLCONF, settings.MIDDLEWARE = settings.STREAM_URLCONF, settings.STREAM_MIDDLEWARE
    known = Client()
    known.cookies = vera.cookies
    return known


def owner_of(client: Client) -> str:
    class Request:
        session = client.session

    return page_owner(Request())  # type: ignore[arg-type]


def listen(client: Client, test: Callable[[Events], Awaitable[None]]) -> None:
    """Run a test with the events that a page of theirs hears."""

    async def all_of_it() -> None:
        browser = AsyncClient()
        browser.cookies = client.cookies
        answer: Any = await browser.get(f"/stream?owner={owner}")
        assert (answer.status_code, answer["Content-Type"][:17]) == (200, "text/event-stream")
        try:
            await asyncio.wait_for(test(_events(aiter(answer.streaming_content))), LATE_S)
        finally:
            await sync_to_async(answer.close)()
            await asyncio.sleep(0)

    owner = owner_of(client)
    asyncio.run(all_of_it())


async def _events(lines: AsyncIterator[bytes]) -> Events:
    async for text in lines:
        fields = dict(line.split(": ", 1) for line in text.decode().splitlines() if ": " in line)
        if "event" in fields:
            yield fields["event"], json.loads(fields["data"])


async def first(events: Events, name: str, **data: Any) -> dict[str, Any]:
    """The first event of a name that says so."""
    async for event, said in events:
        if event == name and data.items() <= said.items():
            return said
    raise AssertionError("it ended")


def test_it_hands_on_what_the_pages_need(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(ORDERS, told("heartbeat") + told("order", id="42", status="filled", ticker="AAPL"))
    gateway.answer(NOTIFICATIONS, told("unread", unread_count=3))

    async def test(events: Events) -> None:
        assert await first(events, "order") == {"id": "42", "status": "filled"}
        assert await first(events, "unread") == {"count": 3}

    listen(vera, test)
    (asked, *_) = gateway.requests_to(ORDERS)
    assert asked.headers["Authorization"] == "Bearer access-1"


def test_each_source_says_when_it_is_there_and_when_it_breaks(vera: Client, gateway: GatewayDouble) -> None:
    gateway.down(ORDERS)

    async def test(events: Events) -> None:
        await first(events, "broken", source="orders")
        await first(events, "again", source="notifications")
        gateway.answer(ORDERS, told("order", id="42", status="filled"))
        await first(events, "again", source="orders")

    listen(vera, test)


def test_a_gap_of_the_source_is_the_pages(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer(ORDERS, told("again"))

    async def test(events: Events) -> None:
        await first(events, "again", source="orders")
        await first(events, "again", source="orders")

    listen(vera, test)


def test_it_goes_on_with_another_token(vera: Client, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/auth/token/refresh", {**TOKENS, "access": "access-2"})

    async def test(events: Events) -> None:
        await first(events, "again", source="orders")
        await sync_to_async(age_tokens)(vera)
        known = len(gateway.requests)
        while not any(
            asked.headers.get("Authorization") == "Bearer access-2" for asked in gateway.requests[known:]
        ):
            await anext(events)

    listen(vera, test)


@pytest.mark.parametrize("how", ["here", "elsewhere"])
def test_it_ends_when_the_session_does(vera: Client, gateway: GatewayDouble, how: str) -> None:
    async def test(events: Events) -> None:
        await first(events, "again", source="orders")
        if how == "here":
            await sync_to_async(cache.delete)(f"tokens:{vera.session['tokens']}")
        else:
            gateway.answer(ORDERS, {"code": "session_revoked"}, 401)
        async for _ in events:
            pass

    listen(vera, test)


def test_nobody_and_another_owner_get_none_and_ask_no_more(
    settings: Any, vera: Client, browser: Client
) -> None:
    assert vera.get("/stream?owner=another").status_code == 204
    assert vera.get("/stream").status_code == 204
    assert Client().get(f"/stream?owner={owner_of(vera)}").status_code == 204
    assert vera.head(f"/stream?owner={owner_of(vera)}").status_code == 200
    assert vera.post("/stream").status_code == 405


def test_a_browser_has_ten(vera: Client) -> None:
    answers = [vera.get(f"/stream?owner={owner_of(vera)}") for _ in range(10)]
    assert {answer.status_code for answer in answers} == {200}
    assert vera.get(f"/stream?owner={owner_of(vera)}").status_code == 429
    for answer in answers:
        answer.close()


def test_what_is_no_stream_is_refused(vera: Client, gateway: GatewayDouble) -> None:
    def endless(asked: SentRequest) -> tuple[int, Any]:
        return 200, "data: " + "x" * 100_000 + "\n\n"

    gateway.answer_by(ORDERS, endless)

    async def test(events: Events) -> None:
        await first(events, "broken", source="orders")
        gateway.answer(ORDERS, "event: order\ndata: {{\n\n")
        await first(events, "broken", source="orders")

    listen(vera, test)
