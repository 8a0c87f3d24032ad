"""GET /api/v1/quotes/stream, in the process that holds streams open: for whom it goes on, and how long."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient

from market_service.quote_stream import apis, services
from servicekit.asgi import StreamHandler
from servicekit.auth.authentication import OPERATOR_COOKIE
from servicekit.auth.tokens import LEEWAY
from servicekit.event_stream import listeners
from servicekit.event_stream.listener import HEARTBEAT
from servicekit.ids import new_id
from servicekit.testing.keys import access_token

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/v1/quotes/stream?tickers=AAPL"
#: Seconds after which something that should have come has not.
LATE_S = 20


@pytest.fixture(autouse=True)
def _streams(settings: Any, listed: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The addresses of that process; AAPL is listed; no other thread follows the quotes."""
    settings.ROOT_URLCONF = settings.STREAM_URLCONF
    settings.STREAM_HEARTBEAT_S = settings.STREAM_SESSION_CHECK_S = 0.02
    monkeypatch.setattr(services.follower, "_thread", threading.current_thread())
    listed("AAPL")


def run(
    test: Callable[[AsyncIterator[bytes]], Awaitable[None]], *, bearer: str = "", cookie: str = ""
) -> None:
    """Run it with the lines of a stream that somebody opens with such a token."""

    async def all_of_it() -> None:
        client = AsyncClient()
        if cookie:
            client.cookies[OPERATOR_COOKIE] = cookie
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        answer: Any = await client.get(PATH, headers=headers)
        assert answer.status_code == 200
        assert [bool(each.user) for each in listeners._listeners] == [bool(bearer or cookie)]
        try:
            await asyncio.wait_for(test(aiter(answer.streaming_content)), LATE_S)
        finally:
            await sync_to_async(answer.close)()
            await sync_to_async(connections.close_all)()

    asyncio.run(all_of_it())


async def goes_on(lines: AsyncIterator[bytes]) -> None:
    """It begins with the present quote, and then outlives many looks whether it should end."""
    first = [await anext(lines) for _ in range(2)]
    assert b'"ticker":"AAPL","price":"430.47"' in first[1]
    assert [await anext(lines) for _ in range(10)] == [HEARTBEAT] * 10


async def ends(lines: AsyncIterator[bytes]) -> None:
    assert [line async for line in lines]


def test_it_goes_on_for_who_is_not_signed_in() -> None:
    run(goes_on)


def test_it_goes_on_for_a_user_while_the_token_is_good() -> None:
    run(goes_on, bearer=access_token(new_id()))


def test_it_ends_with_the_token() -> None:
    """Of one that has just expired: clocks may differ by so much, and it opens the stream for that long."""
    assert LEEWAY > 1
    run(ends, bearer=access_token(new_id(), lifetime=-1))


def test_it_goes_on_for_an_operator_of_the_admin() -> None:
    """Who is signed in by a cookie, and not by the header."""
    run(goes_on, cookie=access_token(new_id(), scope="customer operator"))


def test_who_leaves_before_the_answer_begins_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is left at once: its address could open no stream any more after so many of these."""
    scope = {
        "type": "http", "method": "GET", "path": "/api/v1/quotes/stream", "query_string": b"tickers=AAPL",
        "headers": [(b"x-forwarded-for", b"192.0.2.7")], "http_version": "1.1", "scheme": "http",
    }  # fmt: skip
    sent: list[Any] = []
    counted, begin = threading.Event(), services.stream_begin

    def counted_in(*arguments: Any, **more: Any) -> None:
        counted.set()
        time.sleep(0.5)  # the client is gone before the view is through
        begin(*arguments, **more)

    monkeypatch.setattr(apis, "stream_begin", counted_in)

    async def leaves() -> None:
        messages = iter([{"type": "http.request"}])

        async def receive() -> Any:
            if message := next(messages, None):
                return message
            while not counted.is_set():
                await asyncio.sleep(0)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await StreamHandler()(scope, receive, send)
        await sync_to_async(connections.close_all)()

    asyncio.run(leaves())
    assert sent == []
    assert not listeners._listeners
    assert not listeners._counts
