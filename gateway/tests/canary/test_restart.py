"""A new Envoy takes over while a canary runs: the share, everybody's side and the watch survive it."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator

import pytest

from gateway.canary.watch import INTERVAL_S, Watch
from gateway.tests.canary.conftest import Asking, Canary, canary_of
from gateway.tests.hot_restarted import RestartableGateway
from servicekit.testing.load import Load
from servicekit.testing.waiting import wait

USERS = [f"user-{number}" for number in range(200)]


class Watching(Load):
    """The controller's watch, from before the restart until after it.

    Attributes:
        looks: how often it has looked.
        reasons: what it found.
    """

    def __init__(self, canary: Canary) -> None:
        super().__init__(1)
        self.watch = Watch(canary.traffic.admin, canary.service)
        self.looks = 0
        self.reasons: list[str] = []

    def run(self, client: int) -> None:
        while not self.stop.wait(INTERVAL_S):
            if reason := self.watch.check():
                self.reasons.append(reason)
            self.looks += not self.reasons


@pytest.fixture
def canary(gateway: RestartableGateway) -> Iterator[Canary]:
    """trading's, with a share of 30 %."""
    with canary_of("trading", gateway.system) as canary:
        canary.set_weight(30)
        yield canary


def test_everybody_stays_where_they_are_and_one_that_is_well_stays(
    gateway: RestartableGateway, canary: Canary
) -> None:
    before, known = canary.who_answers(USERS), gateway.envoys()
    assert 40 < list(before.values()).count("trading-canary") < 80
    with Asking(canary.system) as load, Watching(canary) as watching:
        time.sleep(1)
        gateway.restart()
        assert canary.who_answers(USERS) == before
        gateway.wait_until_alone(without=known)
        assert canary.who_answers(USERS) == before
        time.sleep(3)
    assert load.counts.keys() == {"200"}
    assert load.counts["200"] > 100
    assert len(watching.watch.samples) > 5  # of the last Envoy alone
    assert watching.reasons == []


def test_one_that_begins_to_fail_meanwhile_is_seen(gateway: RestartableGateway, canary: Canary) -> None:
    with Asking(canary.system, "POST"), Watching(canary) as watching:
        time.sleep(1.5)
        gateway.restart()
        canary.upstream.fails_every = 3  # never five in a row
        before = watching.looks
        wait(lambda: watching.reasons)
    assert "tries failed" in watching.reasons[0]
    assert (watching.looks - before) * INTERVAL_S < 5


def test_what_the_new_envoy_has_seen_before_the_first_look_counts(
    gateway: RestartableGateway, canary: Canary
) -> None:
    watch = Watch(canary.traffic.admin, canary.service)
    with Asking(canary.system, clients=8) as load:
        time.sleep(3)
        assert watch.check() == ""
        gateway.restart()
        wait(lambda: stat(canary, "server.hot_restart_generation") == 2)
        canary.upstream.failing = True
        wait(lambda: stat(canary, "cluster.trading-canary.outlier_detection.ejections_enforced_total"))
        assert watch.check() == "Envoy ejected it: five failures in a row"
    assert load.counts.keys() == {"200"}


def stat(canary: Canary, name: str) -> int:
    """A statistic of the Envoy that answers; 0 without one."""
    try:
        return int(canary.traffic.admin.stats(f"^{name}$").get(name, 0))
    except (OSError, http.client.HTTPException):
        return 0
