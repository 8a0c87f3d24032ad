"""Requests with a trace of their own, and what the whole system has under the id of each."""

from __future__ import annotations

import json
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2

from servicekit.contracts.subscribers import SUBSCRIBED_TYPES
from tests.e2e.people import Client
from tests.system import System

SERVICES = tuple(SUBSCRIBED_TYPES)


@dataclass
class Click:
    """A request with a trace of its own.

    Attributes:
        id: what the gateway called it, once it is answered.
    """

    traceparent: str = field(default_factory=lambda: f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01")
    tracestate: str = field(default_factory=lambda: f"shop={secrets.token_hex(4)},bank=b")
    id: str = ""
    about: str = ""

    def post(self, client: Client, path: str, body: Any = None) -> dict[str, Any]:
        headers = {"traceparent": self.traceparent, "tracestate": self.tracestate}
        answer = client.post(path, body, key=str(uuid4()), headers=headers)
        assert answer.status_code in (201, 202), answer.text
        self.id = answer.headers["X-Request-Id"]
        document: dict[str, Any] = answer.json()
        self.about = document["id"]
        return document


@dataclass
class Traces:
    """What the whole system has under each id.

    Attributes:
        events: request id → event id → its envelope, of all outboxes.
        inboxes: service → the events that it has handled, and when.
        lines: service → request id → event id → its line in the worker's log.
    """

    events: dict[str, dict[str, dict[str, Any]]]
    inboxes: dict[str, dict[str, Any]]
    lines: dict[str, dict[str, dict[str, dict[str, Any]]]]

    def types(self, click: Click) -> Counter[str]:
        return Counter(envelope["type"] for envelope in self.events[click.id].values())


def rows(system: System, service: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    auditor = system.settings_of("auditor")
    connection = psycopg2.connect(
        host=auditor["BIRZHA_DATABASE_HOST"],
        port=auditor["BIRZHA_DATABASE_PORT"],
        user=auditor["BIRZHA_DATABASE_USER"],
        password=auditor["BIRZHA_DATABASE_PASSWORD"],
        dbname=service,
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())
    finally:
        connection.close()


def logged(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line[:1] == "{":
            yield json.loads(line)


def look(system: System, ids: set[str]) -> Traces:
    events: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    inboxes: dict[str, dict[str, Any]] = {}
    lines: dict[str, dict[str, dict[str, dict[str, Any]]]] = {}
    for service in SERVICES:
        latest = "SELECT envelope FROM outbox ORDER BY outbox_seq DESC LIMIT 2000"
        for (text,) in rows(system, service, latest):
            envelope = json.loads(text)
            if envelope["requestid"] in ids:
                events[envelope["requestid"]][envelope["id"]] = envelope
        handled = rows(system, service, "SELECT event_id::text, handled_at FROM inbox")
        inboxes[service] = dict(handled)
        lines[service] = defaultdict(dict)
        for line in logged(system.home.log / f"{service}-worker.log"):
            if line.get("event") == "event.handled" and line.get("request_id") in ids:
                assert line["event_id"] not in lines[service][line["request_id"]], "handled once, told twice"
                lines[service][line["request_id"]][line["event_id"]] = line
    return Traces(events, inboxes, lines)
