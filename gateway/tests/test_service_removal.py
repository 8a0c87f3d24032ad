"""A service is taken out of gateway.yaml and put back, under load: the others notice nothing."""

from __future__ import annotations

import http.client
import itertools
import json
import time
from typing import Any

import yaml

from gateway.tests.hot_restarted import DRAIN, RestartableGateway
from gateway.tests.running import System
from gateway.tests.tokens import bearer
from servicekit.testing.load import Load

#: One address of each service.
ADDRESSES = {
    "user": "/api/v1/users/me",
    "market": "/api/v1/instruments",
    "trading": "/api/v1/orders",
    "billing": "/api/v1/account",
    "notification": "/api/v1/notifications",
    "web": "/portfolio",
}
GONE = ("market", "notification")


class Everywhere(Load):
    """Everybody asks one service after another. Counted: service, status and, of a problem, its code."""

    def __init__(self, system: System) -> None:
        super().__init__(6)
        self.system = system

    def run(self, client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.system.port, timeout=20)
        headers = bearer(f"client-{client}")
        for number in itertools.count():
            service = list(ADDRESSES)[number % len(ADDRESSES)]
            connection.request("POST" if number % 2 else "GET", ADDRESSES[service], headers=headers)
            answer = connection.getresponse()
            answer_body = json.loads(answer.read())
            assert answer.status == 200 or answer.headers["Content-Type"] == "application/problem+json"
            self.counts[
                f"{service} {answer.status} {answer_body.get('code', answer_body.get('service'))}"
            ] += 1
            if self.stop.wait(0.002):
                return


def without(raw: dict[str, Any]) -> None:
    for service in GONE:
        del raw["services"][service]
    raw["routes"] = [route for route in raw["routes"] if route["to"] not in GONE]


def test_a_service_that_is_taken_out_takes_nobody_with_it(gateway: RestartableGateway) -> None:
    whole = yaml.safe_load(gateway.system.source.read_text(encoding="utf-8"))
    with Everywhere(gateway.system) as load:
        time.sleep(1)
        gateway.change(without)
        time.sleep(DRAIN + 1)
        with gateway.system.outside() as client:
            for service in GONE:
                answer = client.get(ADDRESSES[service], headers=bearer())
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        gateway.change(lambda raw: raw.update(whole))
        with gateway.system.outside() as client:
            for service in GONE:
                assert client.get(ADDRESSES[service], headers=bearer()).json()["service"] == service
        time.sleep(DRAIN + 1)
    for service in ADDRESSES:
        seen = {name for name in load.counts if name.startswith(service)}
        assert f"{service} 200 {service}" in seen
        others = (
            {f"{service} 404 not_found", f"{service} 503 service_unavailable"} if service in GONE else set()
        )
        assert seen - {f"{service} 200 {service}"} <= others, load.counts
    assert load.counts["trading 200 trading"] > 200
