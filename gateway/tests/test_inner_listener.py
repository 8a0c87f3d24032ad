"""web_frontend's own listener, and the two for the machine's operator."""

from __future__ import annotations

import stat
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from gateway.tests.running import System
from servicekit.testing.waiting import wait


def test_the_frontend_speaks_for_a_visitor(inside: httpx.Client) -> None:
    request_id = "6b7e4f42-1111-4222-8333-444455556666"
    sent = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Request-Id": request_id}
    answer = inside.get("/api/v1/orders", headers=sent)
    headers = answer.json()["headers"]
    assert {name: headers[name.lower()] for name in sent} == sent
    assert answer.headers["X-Request-Id"] == request_id


def test_the_frontend_may_not_name_a_user_either(system: System) -> None:
    sent = {"X-User-Id": "1", "X-User-Scope": "operator", "X-Envoy-Max-Retries": "9"}
    with system.through("gateway.sock") as client:
        headers = client.get("/api/v1/instruments", headers=sent).json()["headers"]
    assert not {"x-user-id", "x-user-scope", "x-envoy-max-retries"} & set(headers)


def test_the_visitor_stands_in_the_log(system: System, inside: httpx.Client) -> None:
    inside.get("/api/v1/orders?mark=inner", headers={"X-Forwarded-For": "203.0.113.178"})
    ours = ("203.0.113.178", "/api/v1/orders")
    lines = _wait_for_lines(system, lambda line: (line["client"], line["path"]) == ours)
    assert lines[0]["listener"] == "inner"


@pytest.mark.parametrize("name", ["gateway.sock", "gateway-admin.sock", "gateway-stats.sock"])
def test_sockets_are_for_their_owner_only(system: System, name: str) -> None:
    assert stat.S_IMODE((system.run_dir / name).stat().st_mode) == 0o600


def test_metrics_and_readiness_and_nothing_more_of_the_admin(system: System) -> None:
    with system.through("gateway-stats.sock") as client:
        assert client.get("/ready").text.strip() == "LIVE"
        assert "envoy_http_downstream_rq_total" in client.get("/stats/prometheus").text
        for path in ("/", "/config_dump", "/quitquitquit", "/server_info", "/stats"):
            assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/config_dump", "/stats/prometheus", "/quitquitquit", "/ready"])
def test_envoys_admin_is_not_on_the_public_port(outside: httpx.Client, path: str) -> None:
    assert outside.get(path).json()["service"] == "web"


def test_every_request_is_one_json_line_without_its_query(system: System, outside: httpx.Client) -> None:
    answer = outside.get("/api/v1/orders?secret=sesame", headers={"User-Agent": "test"})
    request_id = answer.headers["X-Request-Id"]
    line = _wait_for_lines(system, lambda line: line["request_id"] == request_id)[0]
    assert line["time"].endswith("Z")
    assert line["duration_ms"] >= 0
    expected = {"listener": "public", "method": "GET", "path": "/api/v1/orders", "status": 200}
    expected |= {"service": "trading", "client": "127.0.0.1", "user_agent": "test"}
    assert {name: line[name] for name in expected} == expected
    assert "sesame" not in (system.folder / "access.log").read_text()


@pytest.mark.parametrize("path", ["/api/v1/orders", "/api/v1/instruments?mark=traced"])
def test_a_clients_trace_goes_to_the_service_and_stands_in_the_log(
    system: System, outside: httpx.Client, path: str
) -> None:
    sent = {
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "tracestate": "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
    }
    answer = outside.get(path, headers=sent)
    headers = answer.json()["headers"]
    assert {name: headers[name] for name in sent} == sent
    request_id = answer.headers["X-Request-Id"]
    line = _wait_for_lines(system, lambda line: line["request_id"] == request_id)[0]
    assert line["traceparent"] == sent["traceparent"]


def _wait_for_lines(system: System, wanted: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = wait(
        lambda: [line for line in system.log_lines() if wanted(line)], "no such line in the access log"
    )
    return found
