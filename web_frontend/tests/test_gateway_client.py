"""What leaves for the gateway, and what each of its answers becomes."""

from __future__ import annotations

import time

import pytest
from django.test import Client

from web_frontend import gateway_client
from web_frontend.gateway_client import Gateway, GatewayProblem, GatewayUnavailable, SignedOut, cursor
from web_frontend.tests.gateway_double import GatewayDouble, SentRequest, recorded


@pytest.fixture
def asking(gateway: GatewayDouble) -> Gateway:
    return Gateway(forwarded_for="203.0.113.7", token=lambda: "token")


def test_a_request_carries_who_asks_and_in_which_language(vera: Client, gateway: GatewayDouble) -> None:
    vera.get("/orders", headers={"Accept-Language": "ru", "X-Forwarded-For": "203.0.113.7"})
    sent = gateway.requests_to("GET /api/v1/orders")[0].headers
    assert sent["Authorization"] == "Bearer access-1"
    assert sent["Accept-Language"] == "ru"
    assert sent["X-Forwarded-For"] == "203.0.113.7"
    assert sent["X-Request-Id"]


def test_a_visitors_id_and_trace_go_on(vera: Client, gateway: GatewayDouble) -> None:
    trace = {
        "X-Request-Id": "click-1",
        "Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "Tracestate": "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
    }
    vera.get("/orders", headers=trace)
    for asked in gateway.requests_to("GET /api/v1/orders"):
        assert {name: asked.headers[name] for name in trace} == trace


def test_public_resources_are_requested_without_a_token(vera: Client, gateway: GatewayDouble) -> None:
    vera.get("/")
    assert "Authorization" not in gateway.requests_to("GET /api/v1/instruments")[0].headers


def test_empty_parameters_stay_out(asking: Gateway, gateway: GatewayDouble) -> None:
    asking.get("/api/v1/orders", cursor="", status="filled")
    assert gateway.requests[0].query == {"status": "filled"}


def test_a_problem_keeps_its_code_its_words_and_its_fields(asking: Gateway, gateway: GatewayDouble) -> None:
    gateway.answer("POST /api/v1/deposits", recorded("deposit_refused"), 400)
    with pytest.raises(GatewayProblem) as caught:
        asking.post("/api/v1/deposits", {}, key="k")
    assert caught.value.code == "limit_exceeded"
    assert caught.value.errors[0]["field"] == "amount"
    assert "$1,000,000.00" in caught.value.detail


def test_too_many_requests_say_when_to_come_back(asking: Gateway, gateway: GatewayDouble) -> None:
    gateway.answer(
        "GET /api/v1/orders", {"code": "rate_limited", "detail": "Slow down."}, 429, Retry_After="7"
    )
    with pytest.raises(GatewayProblem) as caught:
        asking.get("/api/v1/orders")
    assert caught.value.retry_after == 7


def test_an_unknown_session_is_being_signed_out(asking: Gateway, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/orders", {"code": "session_revoked"}, 401)
    with pytest.raises(SignedOut):
        asking.get("/api/v1/orders")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failing_source_is_unavailable(asking: Gateway, gateway: GatewayDouble, status: int) -> None:
    gateway.answer("GET /api/v1/orders", "<html>", status)
    with pytest.raises(GatewayUnavailable):
        asking.get("/api/v1/orders")


def test_no_gateway_at_all_is_unavailable(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.GATEWAY_URL = f"unix:{tmp_path}/none.sock"
    with pytest.raises(GatewayUnavailable):
        Gateway(token=lambda: None).get("/api/v1/instruments")


def test_what_is_not_json_is_unavailable(asking: Gateway, gateway: GatewayDouble) -> None:
    gateway.answer("GET /api/v1/orders", "<html>")
    with pytest.raises(GatewayUnavailable):
        asking.get("/api/v1/orders")


def test_the_cursor_of_a_link() -> None:
    assert cursor("http://x/api/v1/orders?page_size=5&cursor=cD0y%3D") == "cD0y="
    assert cursor(None) == ""


def test_the_calls_of_one_page_share_its_time(
    gateway: GatewayDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_client, "PAGE_S", 0.6)
    monkeypatch.setattr(gateway_client, "CALL_S", 0.4)

    def hang(asked: SentRequest) -> tuple[int, dict[str, str]]:
        time.sleep(2)
        return 200, {}

    gateway.answer_by("GET /api/v1/orders", hang)
    asking = Gateway(token=lambda: "token")
    for _ in range(5):
        with pytest.raises(GatewayUnavailable):
            asking.get("/api/v1/orders")
    # Two calls of 0.4 s use up the 0.6 s of the page; for the others there is nothing left.
    assert len(gateway.requests_to("GET /api/v1/orders")) <= 2


def test_any_letter_may_stand_in_an_address_and_its_parameters(
    asking: Gateway, gateway: GatewayDouble
) -> None:
    gateway.answer("GET /api/v1/instruments/%D0%AF%20%23", {})
    asking.get("/api/v1/instruments/Я #", search="Я & б,в", page=2)
    (asked,) = gateway.requests
    assert asked.path == "/api/v1/instruments/%D0%AF%20%23"
    assert asked.query == {"search": "Я & б,в", "page": "2"}


def test_only_what_has_a_body_says_of_which_kind_it_is(asking: Gateway, gateway: GatewayDouble) -> None:
    for path, body in (("/api/v1/watchlist/A", None), ("/api/v1/users/me", {"first_name": "Вера"})):
        gateway.answer(f"PUT {path}", {})
        asking.put(path, body)
        sent = gateway.requests.pop()
        assert sent.body == body
        assert sent.headers.get("Content-Type") == ("application/json" if body else None)
        assert sent.headers["Content-Length"] == str(len('{"first_name":"Вера"}'.encode()) if body else 0)
