"""One buy on a page is one trace: gateway, pages, every service, SQL, and the events between them."""

from __future__ import annotations

import secrets
from uuid import uuid4

import httpx
import pytest

from servicekit.testing.collector import Span
from servicekit.testing.waiting import wait
from tests.e2e.people import Person
from tests.tls.conftest import Public
from tests.tls.window import Window

#: The first of them starts the system.
pytestmark = pytest.mark.timeout(400)

EVERYBODY = {"gateway", "web", "trading", "billing", "market", "notification"}
PLACED = "trading", "POST /api/v1/orders"
HANDLED = {
    ("billing", "process trading.order.placed.v2"),
    ("trading", "process billing.hold.placed.v1"),
    ("market", "process trading.order.submitted.v2"),
    ("trading", "process market.order.executed.v2"),
    ("billing", "process trading.order.filled.v2"),
    ("notification", "process trading.order.filled.v2"),
}


def test_one_buy_is_one_trace_and_no_span_has_a_secret(public: Public) -> None:
    name, password = f"traced-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
    typed = f"canary-{secrets.token_hex(4)}"
    window = Window(public.url, certificate=public.certificate)
    window.open("/sign-up")
    window.send("/sign-up", username=name, email=f"{name}@example.com", password=password)

    def topped_up() -> bool:
        shown(window, "/cash")
        return "₽1,500.00" in window.send("/cash", amount="1500").text

    wait(topped_up, "the top-up is not booked")
    trace, click, key = secrets.token_hex(16), secrets.token_hex(8), uuid4()
    window.headers["traceparent"] = f"00-{trace}-{click}-01"

    def bought() -> bool:
        shown(window, f"/instruments/AAPL?step=review&side=buy&quantity=1&key={key}")
        return window.send("/orders").url.path.startswith("/orders/")

    wait(bought, "nothing is bought")
    person = Person(public.system.url)
    httpx.get(f"{public.system.url}/api/v1/{typed}", params={"token": typed}, timeout=60)
    search = httpx.get(f"{public.system.url}/api/v1/instruments", params={"search": typed}, timeout=60)

    def complete() -> dict[str, Span] | None:
        spans = public.collector.of_trace(trace)
        told = {(span.service, span.name) for span in spans.values()}
        parents = {span.parent for span in spans.values()} - {click}
        whole = told >= HANDLED and {span.service for span in spans.values()} >= EVERYBODY
        return spans if whole and parents <= spans.keys() else None

    spans: dict[str, Span] = wait(complete, "the trace is not complete")
    placed = next(each for each in spans.values() if (each.service, each.name) == PLACED)
    above, span = [], placed
    while span.parent != click:
        span = spans[span.parent]
        above.append(span.service)
    assert above == ["gateway", "web", "gateway"]
    below = [span.attributes for span in spans.values() if span.parent == placed.id]
    statements = [each["db.query.text"] for each in below if each.get("db.namespace") == "trading"]
    assert any("%s" in text for text in statements)

    def searched() -> bool:
        last = search.headers["X-Request-Id"]
        seen = [s.service for s in public.collector.spans if s.attributes.get("birzha.request_id") == last]
        return {"gateway", "market"} <= set(seen)

    wait(searched, "the last request has no spans")
    told = b"".join(public.collector.raw)
    tokens = [person.tokens[kind] for kind in ("access", "refresh")]
    for secret in (name, password, "@example.com", person.password, typed, *tokens):
        assert secret.encode() not in told, secret
    assert not public.collector.headers.get("Authorization")


def shown(window: Window, path: str) -> None:
    """A page, asked for until it is there: on a busy machine some part of it may have had no time."""

    def look() -> bool:
        window.page = window.http.get(path, headers=window.headers)
        return window.page.status_code == 200

    wait(look, f"{path} is not shown")
