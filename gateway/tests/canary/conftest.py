"""A canary beside the stable version, in the running gateway of these tests."""

from __future__ import annotations

import functools
import http.client
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from gateway.config.names import share_cluster, weight_prefix
from gateway.runtime.canary_traffic import CanaryTraffic
from gateway.tests.running import System
from gateway.tests.tokens import bearer
from gateway.tests.upstream import Upstream
from servicekit.testing.load import Load
from servicekit.testing.waiting import wait

#: A user's headers; signing thousands of tokens takes longer than sending them.
signed_in = functools.cache(bearer)


@dataclass
class Canary:
    """A service's second version: a server of its own, and what moves its share."""

    service: str
    system: System
    upstream: Upstream
    traffic: CanaryTraffic

    def set_weight(self, weight: int) -> None:
        """Give it so many percent; returns when Envoy has applied it."""
        self.traffic.set_shares({self.service: weight})
        key = f"{weight_prefix(self.service)}.{share_cluster(self.service)}"
        wait(lambda: self.traffic.admin.runtime().get(key) == str(weight))

    def who_answers(self, users: list[str]) -> dict[str, str]:
        """User → the version that answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.system.port, timeout=20)
        answers = {}
        for user in users:
            connection.request("GET", "/api/v1/orders", headers=signed_in(user))
            answers[user] = json.loads(connection.getresponse().read())["service"]
        connection.close()
        return answers


class Asking(Load):
    """Requests of many users. Counted: the statuses."""

    def __init__(self, system: System, method: str = "GET", clients: int = 4) -> None:
        super().__init__(clients)
        self.system, self.method = system, method

    def run(self, client: int) -> None:
        with self.system.outside() as http:
            for number in itertools.count():
                headers = signed_in(f"watched-{client}-{number % 25}")
                answer = http.request(self.method, "/api/v1/orders", headers=headers)
                self.counts[str(answer.status_code)] += 1
                if self.stop.wait(0.01):
                    return


@contextmanager
def canary_of(service: str, system: System) -> Iterator[Canary]:
    """A canary that is there until the end of the block."""
    upstream = Upstream(f"{service}-canary", system.run_dir / f"{service}-canary.sock")
    upstream.start()
    canary = Canary(service, system, upstream, system.traffic)
    canary.traffic.add([service])
    try:
        yield canary
    finally:
        canary.traffic.set_shares({service: 0})
        canary.traffic.drain(f"{service}-canary", seconds=5)
        canary.traffic.remove([])
        upstream.stop()


@pytest.fixture
def canary(system: System) -> Iterator[Canary]:
    """trading's."""
    with canary_of("trading", system) as canary:
        yield canary


@pytest.fixture
def web_canary(system: System) -> Iterator[Canary]:
    """The frontend's, whose visitors have no token."""
    with canary_of("web", system) as canary:
        yield canary
