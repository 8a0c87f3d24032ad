"""One id from click to end: of many clicks that go through the same batches, each is found by its own alone.

In the gateway's log, every service's log, its outbox, envelopes and inbox, and in the rows that came of it.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from servicekit.contracts.subscribers import SUBSCRIBED_TYPES
from servicekit.contracts.values import FINAL_STATUSES
from tests.e2e.people import Client, Person, wait
from tests.e2e.traces import SERVICES, Click, Traces, logged, look, rows
from tests.system import System

#: How many are bought, how many of them are canceled, and how many cost more than there is.
BOUGHT, CANCELED, DECLINED = 24, 4, 4

FILLED = {
    "trading.order.placed.v2",
    "billing.hold.placed.v1",
    "trading.order.submitted.v2",
    "market.order.executed.v2",
    "trading.order.filled.v2",
}
REJECTED = {"trading.order.placed.v2", "billing.hold.declined.v1", "trading.order.rejected.v1"}
CANCEL_TYPES = {"trading.order.cancel_requested.v1", "market.order.canceled.v1", "trading.order.canceled.v2"}


@pytest.fixture(scope="module")
def clicks(system: System, new_person: Callable[..., Person]) -> dict[str, list[Click]]:
    """Orders of several people, all in the same batches, some canceled and some too dear, at their ends."""
    people = [new_person(deposit="9000.00") for _ in range(3)]
    buys, declined, cancels = ([Click() for _ in range(n)] for n in (BOUGHT, DECLINED, CANCELED))
    order = {"ticker": "AAPL", "side": "buy", "type": "market"}
    with system.frozen("trading-worker"):
        for number, click in enumerate(buys):
            click.post(people[number % 3], "/orders", order | {"quantity": 1})
            if number % (BOUGHT // DECLINED) == 0:
                declined[number * DECLINED // BOUGHT].post(
                    people[number % 3], "/orders", order | {"quantity": 999}
                )
        for number, click in enumerate(cancels):
            place = number * BOUGHT // CANCELED
            click.post(people[place % 3], f"/orders/{buys[place].about}/cancel")
    for person in people:
        wait(
            lambda person=person: all(row["status"] in FINAL_STATUSES for row in person.rows("/orders")),
            "not all orders ended",
            60,
        )
        wait(lambda person=person: person.cash()["held"] == "0.00", "not all cash is free")
    cancel_requested = [click for click in buys if click.about in {cancel.about for cancel in cancels}]
    filled = [click for click in buys if click not in cancel_requested]
    return {"filled": filled, "declined": declined, "cancel_requested": cancel_requested, "cancels": cancels}


@pytest.fixture(scope="module")
def traces(system: System, clicks: dict[str, list[Click]]) -> Traces:
    """What there is of them when every subscriber has handled everything."""
    ids = {click.id for some in clicks.values() for click in some}

    def complete() -> Traces | None:
        found = look(system, ids)
        for envelopes in found.events.values():
            for event_id, envelope in envelopes.items():
                for service, types in SUBSCRIBED_TYPES.items():
                    if envelope["type"] not in types:
                        continue
                    if event_id not in found.inboxes[service]:
                        return None
                    if event_id not in found.lines[service][envelope["requestid"]]:
                        return None  # a worker writes these lines twice a second
        return found

    traces: Traces = wait(complete, "not everything was handled")
    return traces


def test_they_went_together(clicks: dict[str, list[Click]], traces: Traces) -> None:
    """Otherwise what follows shows nothing."""
    placed = [
        event_id
        for some in clicks.values()
        for click in some
        for event_id, envelope in traces.events[click.id].items()
        if envelope["type"] == "trading.order.placed.v2"
    ]
    assert len(placed) == BOUGHT + DECLINED
    together = Counter(traces.inboxes["billing"][event_id] for event_id in placed)
    assert max(together.values()) > 10, together


def test_each_event_carries_the_id_and_the_trace_of_its_own_click(
    clicks: dict[str, list[Click]], traces: Traces
) -> None:
    assert [set(traces.types(click)) for click in clicks["filled"]] == [FILLED] * (BOUGHT - CANCELED)
    assert [set(traces.types(click)) for click in clicks["declined"]] == [REJECTED] * DECLINED
    assert [set(traces.types(click)) for click in clicks["cancels"]] == [CANCEL_TYPES] * CANCELED
    for some in clicks.values():
        for click in some:
            assert max(traces.types(click).values()) == 1
            for envelope in traces.events[click.id].values():
                assert (envelope["traceparent"], envelope["tracestate"]) == (
                    click.traceparent,
                    click.tracestate,
                )
                of = envelope["data"]["order_id"]
                assert of == click.about, f"{envelope['type']} of {of} says it comes of {click.about}"


@pytest.mark.parametrize("service", SERVICES)
def test_each_services_log_has_each_event_under_its_own_id(
    service: str, clicks: dict[str, list[Click]], traces: Traces
) -> None:
    for some in clicks.values():
        for click in some:
            expected = {
                event_id
                for event_id, envelope in traces.events[click.id].items()
                if envelope["type"] in SUBSCRIBED_TYPES[service]
            }
            found = traces.lines[service][click.id]
            assert found.keys() == expected
            assert {line["traceparent"] for line in found.values()} <= {click.traceparent}
            for event_id, line in found.items():
                envelope = traces.events[click.id][event_id]
                assert (line["type"], line["subject"]) == (envelope["type"], envelope["subject"])


def test_the_access_log_has_it(system: System, clicks: dict[str, list[Click]]) -> None:
    everything = {click.id: click for some in clicks.values() for click in some}

    def seen() -> dict[str, dict[str, Any]] | None:
        lines = logged(system.home.log / "gateway.log")
        found = {line["request_id"]: line for line in lines if line.get("request_id") in everything}
        return found if len(found) == len(everything) else None

    for request_id, line in wait(seen, "the access log lacks some").items():
        assert line["path"].startswith("/api/v1/orders")
        assert line["traceparent"] == everything[request_id].traceparent


def test_the_rows_have_it(system: System, clicks: dict[str, list[Click]]) -> None:
    placing = {
        click.about: click.id for name in ("filled", "declined", "cancel_requested") for click in clicks[name]
    }
    ending = placing | {click.about: click.id for click in clicks["cancels"]}

    def under(service: str, table: str, where: str = "true") -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        column = "id" if table == "orders_order" else "order_id"
        query = f"SELECT {column}::text, request_id FROM {table} WHERE {column}::text = ANY(%s) AND {where}"
        for order_id, request_id in rows(system, service, query, list(placing)):
            found[order_id].add(request_id)
        return found

    def each(ids: dict[str, str], *names: str) -> dict[str, set[str]]:
        return {click.about: {ids[click.about]} for name in names for click in clicks[name]}

    everyone = ("filled", "declined", "cancel_requested")
    assert under("trading", "orders_order") == each(placing, *everyone)
    final = "to_status IN ('filled', 'rejected', 'canceled')"
    assert under("trading", "orders_ordertransition", final) == each(ending, *everyone)
    assert under("trading", "orders_ordertransition", f"NOT {final}") == each(placing, *everyone)
    assert under("billing", "ledger_journalentry") == each(placing, "filled")
    assert under("notification", "notification_inbox_notification") == each(ending, *everyone)


def test_make_trace_tells_the_whole_story_by_any_of_its_ids(
    system: System, clicks: dict[str, list[Click]], traces: Traces
) -> None:
    click = clicks["filled"][0]
    told = system.run("compose.trace", click.id)
    assert told.returncode == 0, told.stderr
    for envelope in traces.events[click.id].values():
        kind = envelope["type"]
        assert re.search(rf"{envelope['source']} +published {re.escape(kind)} ", told.stdout), told.stdout
        for service, types in SUBSCRIBED_TYPES.items():
            if kind in types:
                assert re.search(rf"{service} +handled {re.escape(kind)}, \d+ ms after", told.stdout), kind
    for words in (
        "accepted → working",
        "set aside",
        "captured",
        "journal entry",
        "trade ",
        "fill ",
        "order_filled",
    ):
        assert words in told.stdout, f"{words} is missing in {told.stdout}"
    story = told.stdout.partition("UTC")[2]
    (fill,) = re.findall(r" fill (\S+):", story)
    for other in (click.about, click.traceparent.split("-")[1], click.traceparent, fill):
        assert system.run("compose.trace", other).stdout.partition("UTC")[2] == story, f"by {other}"
    canceled = system.run("compose.trace", clicks["cancels"][0].about).stdout
    assert "trading.order.cancel_requested.v1" in canceled, "a second click on the same order is of its story"


def test_make_trace_says_so_of_what_is_no_id_or_nobodys(system: System) -> None:
    for code, text, words in (
        (1, "0190a1b2-1111-7222-8333-444455556666", "No database knows anything of 0190a1b2"),
        (2, "'; DROP TABLE orders_order", "is not an id"),
        (2, "", "Which id?"),
    ):
        said = system.run("compose.trace", text)
        assert (said.returncode, said.stdout) == (code, ""), said
        assert words in said.stderr


def test_a_sign_up_is_followed_too(system: System, visitor: Client) -> None:
    click, name = Click(), f"e2e-{secrets.token_hex(5)}"
    body = {
        "username": name, "email": f"{name}@example.com", "password": secrets.token_urlsafe(12),
        "locale": "en", "sign_in": True,
    }  # fmt: skip
    click.post(visitor, "/users", body)
    expected = {"user.account.registered.v1", "user.link.issued.v1", "billing.account.opened.v1"}

    def told() -> Traces | None:
        traces = look(system, {click.id})
        involved = [service for service in SERVICES if traces.lines[service][click.id]]
        return traces if set(traces.types(click)) == expected and len(involved) == 3 else None

    traces: Traces = wait(told, "not every service has logged it")
    for envelope in traces.events[click.id].values():
        assert (envelope["traceparent"], envelope["tracestate"]) == (click.traceparent, click.tracestate)
    own = [
        line
        for log in ("user.log", "user-passwords.log")
        for line in logged(system.home.log / log)
        if line.get("request_id") == click.id
    ]
    assert [(line["event"], line["traceparent"]) for line in own] == [
        ("sign_in.succeeded", click.traceparent)
    ]
