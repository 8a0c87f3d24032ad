"""A canary of trading beside the stable version, in the running gateway of these tests."""

from __future__ import annotations

import functools
import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.canary import live, share_cluster, weight_prefix
from gateway.canary.admin import Admin
from gateway.canary.weights import set_weights
from gateway.envoy.places import Places
from gateway.source import load
from gateway.tests.running import System
from gateway.tests.tokens import bearer
from gateway.tests.upstream import Upstream

#: A user's headers; signing thousands of tokens takes longer than sending them.
signed_in = functools.cache(bearer)


@dataclass
class Canary:
    """trading's second version: a server of its own, and what moves its share."""

    system: System
    upstream: Upstream
    admin: Admin

    def set_weight(self, weight: int) -> None:
        """Give it so many percent; returns when Envoy goes by it."""
        set_weights(self.system.folder / "etc", {"trading": weight})
        key = f"{weight_prefix('trading')}.{share_cluster('trading')}"
        end = time.monotonic() + 5
        while self.admin.runtime().get(key) != str(weight):
            assert time.monotonic() < end, self.admin.runtime()
            time.sleep(0.02)

    def who_answers(self, users: list[str]) -> dict[str, str]:
        """User → the version that answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.system.port, timeout=20)
        answers = {}
        for user in users:
            connection.request("GET", "/api/v1/orders", headers=signed_in(user))
            answers[user] = json.loads(connection.getresponse().read())["service"]
        connection.close()
        return answers


@pytest.fixture
def canary(system: System) -> Iterator[Canary]:
    gateway = load(system.source)
    upstream = Upstream("trading-canary", system.run_dir / "trading-canary.sock")
    upstream.start()
    admin = Admin(system.run_dir / "gateway-admin.sock")
    out = system.folder / "etc"
    places = Places.of(gateway.target("local"), system.run_dir)
    where: dict[str, Any] = {"out": out, "places": places, "gateway": gateway, "admin": admin}
    live.introduce("trading", canaries=["trading"], **where)
    yield Canary(system, upstream, admin)
    set_weights(out, {"trading": 0})
    live.wait_until_idle(admin, "trading-canary", seconds=5)
    live.remove("trading", canaries=[], **where)
    upstream.stop()
