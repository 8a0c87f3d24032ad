"""Clients that place orders through the gateway, as cheap as Python lets them be.

They share the machine with what they measure: so no HTTP library, but one connection per client,
kept alive, whose requests are bytes made ahead. Signing up and in goes by ``httpx``, before the clock.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from compose.local.console import CommandError

DEPOSIT = {"amount": "1000000.00", "currency": "USD"}
#: Seconds that billing may take to open a new user's account.
ACCOUNT_TIMEOUT_S = 30


@dataclass(frozen=True)
class Customer:
    """A signed-in customer with money; with a name and password for the pages, and the user's id."""

    authorization: str
    name: str = ""
    password: str = ""
    id: str = ""


@dataclass
class Answers:
    """What the clients got.

    Attributes:
        orders: their ids.
        began: order id → when its request was sent, seconds since the epoch.
        took: seconds from sending each request to having its whole answer.
        elapsed: seconds from the first request to the last answer.
        cpu: seconds of CPU that the clients themselves have spent.
    """

    orders: list[str] = field(default_factory=list)
    began: dict[str, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    cpu: float = 0.0


def sign_up(url: str, count: int, *, deposits: int) -> list[Customer]:
    """New customers through the public API, each with ``deposits`` times 1,000,000.00 USD.

    Raises:
        CommandError: a request was refused, or billing has not opened an account in time.
    """
    return [_sign_up(url, deposits) for _ in range(count)]


def _sign_up(url: str, deposits: int) -> Customer:
    # Of other letters than the name: a password like the name is refused.
    name, password = f"c{uuid4().hex[:20]}", f"Long-Solid-{token_urlsafe()}"
    with httpx.Client(base_url=url, timeout=30) as client:
        user = {"username": name, "email": f"{name}@example.com", "password": password}
        user_id = _post(client, "users", user)["id"]
        token = _post(client, "auth/token", {"username": name, "password": password})["access"]
        client.headers["Authorization"] = f"Bearer {token}"
        end = time.monotonic() + ACCOUNT_TIMEOUT_S
        while client.get("/api/v1/account").status_code != 200:
            if time.monotonic() > end:
                raise CommandError(f"A new user's account was not opened within {ACCOUNT_TIMEOUT_S} s.")
            time.sleep(0.05)
        for _ in range(deposits):
            _post(client, "deposits", DEPOSIT)
        return Customer(client.headers["Authorization"], name, password, user_id)


def _post(client: httpx.Client, path: str, body: dict[str, str]) -> Any:
    answer = client.post(f"/api/v1/{path}", json=body, headers={"Idempotency-Key": uuid4().hex})
    if not answer.is_success:
        raise CommandError(f"POST /api/v1/{path} was answered {answer.status_code}: {answer.text}")
    return answer.json()


def place_as_fast_as_possible(
    url: str, customers: list[Customer], tickers: list[str], *, count: int
) -> Answers:
    """``count`` orders by all customers at once, each sending its next when it has its answer."""
    return asyncio.run(_closed_loop(url, customers, tickers, count))


def place_at_rate(
    url: str, customers: list[Customer], tickers: list[str], *, count: int, rate: float
) -> Answers:
    """``count`` orders, each at its own moment, whether the ones before are answered or not."""
    return asyncio.run(_open_loop(url, customers, tickers, count, rate))


async def _closed_loop(url: str, customers: list[Customer], tickers: list[str], count: int) -> Answers:
    answers = Answers()
    requests = _requests(url, customers, tickers, count)
    async with connections_to(url, len(customers)) as connections:

        async def work(number: int) -> None:
            for request in requests[number :: len(customers)]:
                await _place(connections[number], request, answers)

        cpu, begun = time.process_time(), time.perf_counter()
        await asyncio.gather(*(work(number) for number in range(len(customers))))
        answers.elapsed = time.perf_counter() - begun
        answers.cpu = time.process_time() - cpu
    return answers


async def _open_loop(
    url: str, customers: list[Customer], tickers: list[str], count: int, rate: float
) -> Answers:
    answers = Answers()
    requests = _requests(url, customers, tickers, count)
    async with connections_to(url, len(customers)) as connections:
        free: asyncio.Queue[Connection] = asyncio.Queue()
        for connection in connections:
            free.put_nowait(connection)

        async def send(request: bytes) -> None:
            connection = await free.get()
            await _place(connection, request, answers)
            free.put_nowait(connection)

        cpu, begun = time.process_time(), time.perf_counter()
        tasks = []
        for number, request in enumerate(requests):
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(send(request)))
        await asyncio.gather(*tasks)
        answers.elapsed = time.perf_counter() - begun
        answers.cpu = time.process_time() - cpu
    return answers


def _requests(url: str, customers: list[Customer], tickers: list[str], count: int) -> list[bytes]:
    """The bytes of every request; customers and tickers in turn."""
    host = urlsplit(url).netloc
    bodies = [
        json.dumps({"ticker": ticker, "side": "buy", "type": "market", "quantity": 1}).encode()
        for ticker in tickers
    ]
    heads = [
        f"POST /api/v1/orders HTTP/1.1\r\nHost: {host}\r\nAuthorization: {customer.authorization}\r\n"
        "Accept: application/json\r\nContent-Type: application/json\r\n"
        for customer in customers
    ]
    requests = []
    for number in range(count):
        body = bodies[number % len(bodies)]
        own = f"Idempotency-Key: {uuid4().hex}\r\nContent-Length: {len(body)}\r\n\r\n"
        requests.append((heads[number % len(heads)] + own).encode() + body)
    return requests


async def _place(connection: Connection, request: bytes, answers: Answers) -> None:
    began, begun = time.time(), time.perf_counter()
    head, body = await connection.send(request)
    took = time.perf_counter() - begun
    if not head.startswith(b"HTTP/1.1 201"):
        raise CommandError(f"An order was answered {head[:100]!r} {body[:300]!r}")
    order: str = json.loads(body)["id"]
    answers.orders.append(order)
    answers.began[order] = began
    answers.took.append(took)


class Connection(asyncio.Protocol):
    """One HTTP/1.1 connection, one request at a time, answers with a Content-Length only."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.buffer = b""
        self.answer: asyncio.Future[tuple[bytes, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def send(self, request: bytes) -> asyncio.Future[tuple[bytes, bytes]]:
        """Send a request; the answer's head and body."""
        assert self.transport is not None
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self.answer

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, end, body = self.buffer.partition(b"\r\n\r\n")
        if not end or self.answer is None:
            return
        place = head.lower().find(b"content-length:")
        if place < 0:
            self.connection_lost(CommandError(f"no Content-Length in {head!r}"))
        elif len(body) == int(head[place + 15 :].split(b"\r\n", 1)[0]):
            self.buffer = b""
            self.answer.set_result((head, body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(exc or CommandError("the gateway closed the connection"))


@asynccontextmanager
async def connections_to(url: str, count: int) -> AsyncIterator[list[Connection]]:
    """So many open connections to the gateway; closed at the end."""
    address = urlsplit(url)
    loop = asyncio.get_running_loop()
    opened: list[Connection] = []
    try:
        for _ in range(count):
            _, connection = await loop.create_connection(
                Connection, address.hostname or "", address.port or 80
            )
            opened.append(connection)
        yield opened
    finally:
        for connection in opened:
            if connection.transport is not None:
                connection.transport.close()
