"""The streams of one's own orders and unread notifications: told to nobody else, bounded, and ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from compose.local.supervisor import RUNNING, Supervisor
from tests.e2e.people import Person, wait
from tests.e2e.test_quote_stream import TICKS_S, events
from tests.system import System

ORDERS, NOTIFICATIONS = "/api/v1/orders/stream", "/api/v1/notifications/stream"
EACH = pytest.mark.parametrize("path", [ORDERS, NOTIFICATIONS])


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def listen(opened: ExitStack, person: Person, path: str, *, token: str | None = None) -> httpx.Response:
    client = opened.enter_context(httpx.Client(base_url=person.url, timeout=TICKS_S, verify=False))
    headers = {"Authorization": f"Bearer {token or person.tokens['access']}"}
    answer = client.send(client.build_request("GET", path, headers=headers), stream=True)
    opened.callback(answer.close)
    return answer


def test_an_order_is_told_to_its_owner_as_the_list_shows_it(
    opened: ExitStack, new_person: Callable[..., Person]
) -> None:
    mine, theirs = new_person(deposit="5000.00"), new_person(deposit="5000.00")
    told, unread = events(listen(opened, mine, ORDERS)), events(listen(opened, mine, NOTIFICATIONS))
    first = next(event for event in unread if event["event"] == "unread")
    theirs.buy("AAPL", 1)
    order = mine.buy("AAPL", 2)
    of_orders = (event["data"] for event in told if event["event"] == "order")
    filled = next(data for data in of_orders if (data["id"], data["status"]) == (order["id"], "filled"))
    assert filled == next(row for row in mine.rows("/orders") if row["id"] == order["id"])
    counts = (event["data"]["unread_count"] for event in unread if event["event"] == "unread")
    assert next(counts) > first["data"]["unread_count"]


def test_others_orders_are_never_told(opened: ExitStack, new_person: Callable[..., Person]) -> None:
    mine, theirs = new_person(deposit="5000.00"), new_person(deposit="5000.00")
    told = events(listen(opened, mine, ORDERS))
    others = [theirs.buy("AAPL", 1)["id"] for _ in range(3)]
    order = mine.buy("AAPL", 1)
    seen = []
    for event in told:
        if event["event"] == "order":
            seen.append(event["data"]["id"])
            if event["data"]["status"] == "filled":
                break
    assert set(seen) == {order["id"]}
    assert not set(seen) & set(others)


@EACH
def test_ten_of_a_user_and_they_end_with_the_session(
    opened: ExitStack, new_person: Callable[..., Person], path: str
) -> None:
    person = new_person()
    answers = [listen(opened, person, path) for _ in range(10)]
    assert {answer.status_code for answer in answers} == {200}
    refused = listen(opened, person, path)
    refused.read()
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
    assert person.post("/auth/logout").status_code == 204
    for answer in answers:
        assert list(answer.iter_lines())  # it ends, and well: httpx would raise
    assert listen(opened, person, path).status_code == 401


@EACH
def test_without_a_good_token_there_is_none(opened: ExitStack, person: Person, path: str) -> None:
    assert listen(opened, person, path, token="x.y.z").status_code == 401
    assert httpx.get(person.url + path, timeout=TICKS_S, verify=False).status_code == 401


def test_a_killed_process_ends_streams_and_no_order(
    opened: ExitStack, system: System, new_person: Callable[..., Person]
) -> None:
    person = new_person(deposit="5000.00")
    answer = listen(opened, person, ORDERS)
    supervisor = Supervisor(system.home)
    try:
        supervisor.stop("trading-stream")
        assert list(answer.iter_lines())
        assert person.buy("AAPL", 1)["status"] == "filled"
    finally:
        supervisor.start_processes(["trading-stream"])
    wait(lambda: system.process("trading-stream")["statename"] == RUNNING, "it is there again")
    wait(lambda: listen(opened, person, ORDERS).status_code == 200, "it streams again")
