"""Customers who read and order without a pause, and the commands of an operator meanwhile."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from compose.local.paths import ROOT
from gateway.canary import state
from servicekit.contracts.values import FINAL_STATUSES
from servicekit.testing.load import Load
from tests.e2e.people import Person, wait
from tests.system import System

CUSTOMERS = 6
#: Seconds after which they sign in again: before their access tokens expire.
SIGN_IN_AFTER_S = 180


class Trade(Load):
    """Everybody reads and orders in turn, and repeats an order with its key until it is taken.

    Counted: the statuses of the reads.

    Attributes:
        failed_writes: how many answers to orders were no success.
        taken: customer → key → id of the order.
    """

    def __init__(self, people: list[Person]) -> None:
        super().__init__(len(people))
        self.people = people
        self.failed_writes = 0
        self.served_by: dict[str, dict[str, str]] = {person.id: {} for person in people}

    def run(self, client: int) -> None:
        person = self.people[client]
        signed_in = -math.inf
        with httpx.Client(base_url=person.url, headers=person.http.headers, timeout=60) as http:
            while not self.stop.wait(0.1):
                if time.monotonic() > signed_in + SIGN_IN_AFTER_S:
                    self._sign_in(person)
                    http.headers["Authorization"] = person.http.headers["Authorization"]
                    signed_in = time.monotonic()
                self.counts[str(http.get("/api/v1/orders").status_code)] += 1
                self._order(http, person)

    def _sign_in(self, person: Person) -> None:
        """Until it succeeds: for the seconds in which passwords have no process it is to be sent again."""
        while not self.stop.is_set():
            try:
                person.sign_in()
                return
            except AssertionError:
                self.stop.wait(0.5)

    def _order(self, http: httpx.Client, person: Person) -> None:
        key = str(uuid4())
        order = {"ticker": "BZIDX", "side": "buy", "type": "market", "quantity": 1}
        for _ in range(200):
            answer = http.post("/api/v1/orders", json=order, headers={"Idempotency-Key": key})
            if answer.status_code == 201:
                self.served_by[person.id][key] = answer.json()["id"]
                return
            self.failed_writes += 1
            self.stop.wait(0.05)
        raise AssertionError(f"the order {key} was never taken: {answer.status_code} {answer.text}")

    def must_be_whole(self) -> None:
        """No read failed, and every order exists once and comes to an end."""
        assert self.counts.keys() == {"200"}, self.counts
        for person in self.people:
            served_by = set(self.served_by[person.id].values())
            assert len(served_by) == len(self.served_by[person.id])

            def ended(person: Person = person) -> list[str]:
                rows = person.rows("/orders")
                return (
                    [row["id"] for row in rows] if {row["status"] for row in rows} <= FINAL_STATUSES else []
                )

            assert sorted(wait(ended, "not every order ended")) == sorted(served_by)


class Operator:
    """What an operator does with canaries of trading, by the commands that make runs."""

    def __init__(self, system: System) -> None:
        self.system = system

    def canary(self, weight: int, version: str = "") -> str:
        """``make canary SERVICE=trading``; returns what it said."""
        return self._must("canary", "trading", "--weight", str(weight), "--version", version)

    def promote(self) -> None:
        self._must("promote", "trading")

    def rollback(self) -> None:
        self._must("rollback", "trading")

    def upgrade(self) -> str:
        """``make upgrade``; returns what it said."""
        return self._must("upgrade")

    def restart_gateway(self) -> None:
        """``make gateway-restart``."""
        self._must("gateway-restart")

    def status(self) -> str:
        return self._must("canary-status")

    def refused(self, *arguments: str) -> str:
        """Why a command was refused."""
        result = self._run(*arguments)
        assert result.returncode != 0, result.stdout
        return result.stderr

    def versions(self) -> state.Versions:
        """What ``versions.json`` says."""
        return state.read(self.system.home.versions)

    def _must(self, *arguments: str) -> str:
        result = self._run(*arguments)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        variables = os.environ | {"BIRZHA_HOME": str(self.system.home.root)}
        command = [sys.executable, "-m", "compose.local", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=1500, check=False
        )


@pytest.fixture(scope="session")
def operator(system: System) -> Iterator[Operator]:
    """In the end no canary is left; trading runs a copy of the checkout, its tables have a column more."""
    if not system.home.is_for_tests():
        pytest.skip("canaries change tables: only in a system made for tests")
    operator = Operator(system)
    yield operator
    if operator.versions().canaries:
        operator._must("rollback", "trading")


@pytest.fixture
def trade(system: System) -> Trade:
    """New customers with money; their trade begins with ``with trade:``."""
    people = [Person(system.url) for _ in range(CUSTOMERS)]
    for person in people:
        person.deposit("90000.00")
    return Trade(people)
