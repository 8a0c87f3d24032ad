"""Handing on: the API's streams of one visitor, with the visitor's token, renewed as often as it ends."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest
from redis.exceptions import RedisError

from servicekit.event_stream import Listener
from web_frontend.gateway_client import OWN_AGENT, GatewayProblem, GatewayUnavailable, SignedOut
from web_frontend.sessions.tokens import access_token

log = logging.getLogger(__name__)

#: Seconds: until a source has answered, and between two of its lines (two heartbeats and a half).
ANSWER_S, SILENCE_S = 10.0, 40.0
#: Seconds before a source that broke is asked again.
RETRY_S = 2.0
#: Characters of one event at most; an order takes less than one thousand.
MAX_LINE = 65_536


class Source(NamedTuple):
    """A stream of the API.

    Attributes:
        path: its address.
        event: of its events the one that is handed on.
        shown: the key by which one replaces another, and what of it the pages need.
    """

    path: str
    event: str
    shown: Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]


SOURCES = {
    "orders": Source(
        "/api/v1/orders/stream",
        "order",
        lambda order: (order["id"], {"id": order["id"], "status": order["status"]}),
    ),
    "notifications": Source(
        "/api/v1/notifications/stream", "unread", lambda told: ("", {"count": told["unread_count"]})
    ),
}


class Refused(Exception):
    """The source is not to be had right now."""


async def relay(listener: Listener, request: HttpRequest) -> None:
    """Offer the listener what its sources tell, until it leaves or is signed out."""
    await asyncio.gather(*(_follow(listener, request, name) for name in SOURCES))


async def _follow(listener: Listener, request: HttpRequest, name: str) -> None:
    while True:
        begun = time.monotonic()
        try:
            await _relay_source(listener, request, name)
            if time.monotonic() - begun > RETRY_S:
                continue  # it ended well, with its token most likely
        except SignedOut:
            listener.end()
            return
        except (
            Refused,
            GatewayUnavailable,
            GatewayProblem,
            RedisError,
            TimeoutError,
            httpx.HTTPError,
        ) as error:
            log.warning("the stream of %s: %s: %s", name, type(error).__name__, error)
        listener.offer("broken", name, 0, {"source": name})
        await asyncio.sleep(RETRY_S)


async def _relay_source(listener: Listener, request: HttpRequest, name: str) -> None:
    """One connection to a source, until it ends.

    Raises:
        SignedOut: the session has ended.
        Refused, GatewayUnavailable, GatewayProblem, RedisError, TimeoutError, httpx.HTTPError: it is
            not there.
    """
    source = SOURCES[name]
    token = await sync_to_async(access_token, thread_sensitive=False)(request)
    if token is None:
        raise SignedOut("no token")
    response = await _opened(source.path, request, token)
    try:
        if response.status_code == 401:
            raise SignedOut("refused")
        if response.status_code != 200:
            raise Refused(str(response.status_code))
        listener.offer("again", name, 0, {"source": name})
        async for event, data in events(response.aiter_lines()):
            if event == source.event:
                key, shown = source.shown(data)
                listener.offer(event, key, 0, shown)
            elif event == "again":
                listener.offer("again", name, 0, {"source": name})
    finally:
        await response.aclose()


async def events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The events of a stream of server-sent events: name and data.

    Raises:
        Refused: it sends what no stream of ours does.
    """
    event = ""
    async for line in lines:
        field, _, value = line.partition(": ")
        if len(line) > MAX_LINE:
            raise Refused("a line without end")
        if field == "event":
            event = value
        elif field == "data":
            try:
                yield event, json.loads(value)
            except ValueError:
                raise Refused("not JSON") from None


async def _opened(path: str, request: HttpRequest, token: str) -> httpx.Response:
    url = settings.GATEWAY_URL
    headers = {
        "Host": urlsplit(settings.PUBLIC_URL).netloc,  # the gateway answers to no other
        "Accept": "text/event-stream",
        "User-Agent": request.headers.get("User-Agent", "")[:256].encode("ascii", "replace").decode()
        or OWN_AGENT,
        "X-Forwarded-For": request.headers.get("X-Forwarded-For", ""),
        "Authorization": f"Bearer {token}",
    }
    asked = httpx.Request(
        "GET",
        ("http://gateway" if url.startswith("unix:") else url.rstrip("/")) + path,
        headers={name: value for name, value in headers.items() if value},
        extensions={"timeout": {"connect": 2.0, "write": ANSWER_S, "read": SILENCE_S, "pool": ANSWER_S}},
    )
    async with asyncio.timeout(ANSWER_S):
        return await _transport(url, id(asyncio.get_running_loop())).handle_async_request(asked)


@cache
def _transport(gateway_url: str, loop: int) -> httpx.AsyncHTTPTransport:
    """The process's way to the gateway: a connection for each open stream, and none kept."""
    uds = gateway_url.removeprefix("unix:") if gateway_url.startswith("unix:") else None
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    return httpx.AsyncHTTPTransport(uds=uds, limits=limits)
