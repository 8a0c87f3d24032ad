"""The stream of quotes, on the real system: what is told, who is refused, and that nobody waits for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from compose.local.supervisor import RUNNING, Supervisor
from tests.e2e.people import Client, Person, wait
from tests.system import System

PATH = "/api/v1/quotes/stream"
LISTENERS = 250  # as many as may come from one address
#: Two ticks of the feed, on a busy machine.
TICKS_S = 60


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def listen(opened: ExitStack, system: System, tickers: str = "AAPL", **headers: str) -> httpx.Response:
    client = opened.enter_context(httpx.Client(base_url=system.url, timeout=TICKS_S, verify=False))
    request = client.build_request("GET", PATH, params={"tickers": tickers}, headers=headers)
    answer = client.send(request, stream=True)
    opened.callback(answer.close)
    return answer


def events(answer: httpx.Response) -> Iterator[dict[str, Any]]:
    """Each event: ``id``, ``event``, ``data`` as it was sent."""
    found: dict[str, Any] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if not line and "data" in found:
            yield {**found, "data": json.loads(found["data"])}
            found = {}
        elif name:
            found[name] = value


def scraped(system: System) -> dict[str, float]:
    """What the process tells Prometheus, at its own socket."""
    transport = httpx.HTTPTransport(uds=str(system.home.socket("market-stream")))
    with httpx.Client(transport=transport, timeout=60) as client:
        lines = client.get("http://127.0.0.1/metrics").raise_for_status().text.splitlines()
    samples = (line.rpartition(" ") for line in lines if line[0] != "#")
    return {name: float(value) for name, _, value in samples}


def test_it_begins_with_the_present_quotes_and_sends_each_that_changes(
    opened: ExitStack, system: System, visitor: Client
) -> None:
    answer = listen(opened, system, "aapl,MSFT")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    stream = events(answer)
    first = [next(stream), next(stream)]
    assert {event["data"]["ticker"] for event in first} == {"AAPL", "MSFT"}
    later = [next(stream), next(stream)]
    assert {event["event"] for event in first + later} == {"quote"}
    ids = [int(event["id"]) for event in later]
    assert ids == sorted(ids)
    assert ids[0] > max(int(event["id"]) for event in first)
    shown = visitor.get(f"/instruments/{later[-1]['data']['ticker']}")
    assert later[-1]["data"].keys() == {"ticker", "price", "price_at"}
    assert len(later[-1]["data"]["price"].partition(".")[2]) == len(shown["price"].partition(".")[2])
    answer.close()
    again = next(events(listen(opened, system, "AAPL,MSFT", **{"Last-Event-ID": str(ids[-1])})))
    assert int(again["id"]) > ids[-1]


def test_tickers_that_do_not_exist_are_refused(opened: ExitStack, system: System) -> None:
    for tickers, code in (
        ("", "validation_failed"),
        (",", "tickers_invalid"),
        (",".join(f"T{n}" for n in range(51)), "tickers_invalid"),
        ("AAPL,NONE", "instrument_unknown"),
        ("AAPL,'\u0000", "validation_failed"),
    ):
        answer = listen(opened, system, tickers, Accept="text/event-stream")
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), (
            tickers
        )
        assert code in answer.read().decode(), tickers
    assert listen(opened, system, Authorization="Bearer x.y.z").status_code == 401


def test_head_answers_at_once_and_listens_to_nothing(system: System) -> None:
    with httpx.Client(base_url=system.url, timeout=60, verify=False) as client:
        for _ in range(3):
            answer = client.head(PATH, params={"tickers": "AAPL"})
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/event-stream")
        assert client.head(PATH, params={"tickers": "NONE"}).status_code == 400


def test_signing_out_ends_a_users_streams_and_ten_are_all_they_have(
    opened: ExitStack, system: System, new_person: Callable[..., Person]
) -> None:
    person = new_person()
    bearer = {"Authorization": f"Bearer {person.tokens['access']}"}
    open_ = [listen(opened, system, **bearer) for _ in range(10)]
    assert {answer.status_code for answer in open_} == {200}
    refused = listen(opened, system, **bearer)
    refused.read()
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_streams")
    assert int(refused.headers["retry-after"]) > 0
    open_[0].close()
    wait(lambda: listen(opened, system, **bearer).status_code == 200, "a place is free again")
    assert person.post("/auth/logout").status_code == 204
    for answer in open_[1:]:
        assert list(answer.iter_lines())  # it ends, and well: httpx would raise


@pytest.mark.timeout(400)
def test_as_many_listeners_as_may_be_hold_up_nobody_and_end_with_the_service(
    opened: ExitStack, system: System, person: Person
) -> None:
    wait(lambda: scraped(system)["birzha_event_stream_listeners"] == 0, "those of the tests before are gone")
    answers = [listen(opened, system) for _ in range(LISTENERS)]
    assert {answer.status_code for answer in answers} == {200}
    refused = listen(opened, system)
    assert (refused.status_code, json.loads(refused.read())["code"]) == (429, "too_many_streams")
    assert scraped(system)["birzha_event_stream_listeners"] == LISTENERS
    assert scraped(system)['birzha_event_stream_refused_total{code="too_many_streams"}'] > 0
    api = ("/instruments", "/instruments/AAPL", "/orders", "/positions", "/account", "/operations")
    for path in (*api, "/notifications", "/users/me"):
        assert person.get(path), path
    person.deposit("1000.00")
    person.buy("AAPL", 1)
    for path in ("/", "/instruments/AAPL", "/api/docs/", "/admin/market/login/"):
        page = httpx.get(system.url + path, follow_redirects=True, timeout=60, verify=False)
        assert page.status_code == 200, path
    supervisor = Supervisor(system.home)
    try:
        supervisor.stop("market-stream")
        for answer in answers:
            assert list(answer.iter_lines())  # not cut off, as when it is killed: httpx would raise
        assert person.get("/instruments/AAPL")
    finally:
        supervisor.start_processes(["market-stream"])
    wait(lambda: system.process("market-stream")["statename"] == RUNNING, "it is there again")
