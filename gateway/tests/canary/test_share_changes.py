"""The share moves, the canary comes and goes, under load: nothing fails, nothing is sent twice."""

from __future__ import annotations

import itertools
import time
from collections import Counter

from gateway.tests.canary.conftest import Canary, signed_in
from servicekit.testing.load import Load
from servicekit.testing.waiting import wait


class Moving(Load):
    """Reads and writes of many users; every write has an address of its own. Counted: the statuses.

    Attributes:
        written: the addresses of the writes.
    """

    def __init__(self, canary: Canary) -> None:
        super().__init__(4)
        self.canary = canary
        self.written: list[str] = []
        self.numbers = itertools.count()

    def run(self, client: int) -> None:
        with self.canary.system.outside() as http:
            while not self.stop.is_set():
                number = next(self.numbers)
                headers = signed_in(f"mover-{number % 200}")
                path = f"/api/v1/orders?number={number}"
                if number % 2:
                    answer = http.get(path, headers=headers)
                else:
                    answer = http.post(path, headers=headers)
                    self.written.append(path)
                self.counts[str(answer.status_code)] += 1


def test_twenty_changes_of_the_share(canary: Canary) -> None:
    for number in range(200):
        signed_in(f"mover-{number}")
    stable = canary.system.services["trading"]
    stable.requests.clear()
    with Moving(canary) as load:
        for weight in (10, 30, 50, 100, 0) * 4:
            canary.set_weight(weight)
            so_far = load.counts.total()
            wait(lambda so_far=so_far: load.counts.total() > so_far + 25)
    arrived = Counter(path for method, path in stable.requests + canary.upstream.requests if method == "POST")
    assert load.counts.keys() == {"200"}
    assert arrived == Counter(load.written)
    assert canary.upstream.requests
    assert stable.requests


def test_it_goes_and_comes_again(canary: Canary) -> None:
    traffic, stable = canary.traffic, canary.system.services["trading"]
    stable.requests.clear()
    with Moving(canary) as load:
        for _ in range(3):
            canary.set_weight(50)
            time.sleep(0.3)
            traffic.set_shares({"trading": 0})
            assert traffic.drain("trading-canary", seconds=5)
            traffic.remove([])
            canary.upstream.stop()
            time.sleep(0.2)
            canary.upstream.start()
            traffic.add(["trading"])
    arrived = Counter(path for method, path in stable.requests + canary.upstream.requests if method == "POST")
    assert load.counts.keys() == {"200"}
    assert arrived == Counter(load.written)
