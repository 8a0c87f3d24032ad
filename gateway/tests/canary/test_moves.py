"""The share moves, the canary comes and goes, under load: nothing fails, nothing is sent twice."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter

from gateway.canary import live
from gateway.canary.weights import set_weights
from gateway.tests.canary.conftest import Canary, signed_in


class Load:
    """Reads and writes of many users; every write has an address of its own.

    Attributes:
        statuses: of all answers.
        written: the addresses of the writes.
    """

    def __init__(self, canary: Canary, threads: int = 4) -> None:
        self.canary = canary
        self.statuses: Counter[int] = Counter()
        self.written: list[str] = []
        self.stop = threading.Event()
        self.numbers = itertools.count()
        self.threads = [threading.Thread(target=self._run) for _ in range(threads)]

    def __enter__(self) -> Load:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def _run(self) -> None:
        with self.canary.system.outside() as client:
            while not self.stop.is_set():
                number = next(self.numbers)
                headers = signed_in(f"mover-{number % 200}")
                path = f"/api/v1/orders?number={number}"
                if number % 2:
                    answer = client.get(path, headers=headers)
                else:
                    answer = client.post(path, headers=headers)
                    self.written.append(path)
                self.statuses[answer.status_code] += 1


def test_twenty_changes_of_the_share(canary: Canary) -> None:
    for number in range(200):
        signed_in(f"mover-{number}")
    stable = canary.system.services["trading"]
    stable.requests.clear()
    with Load(canary) as load_:
        for weight in (10, 30, 50, 100, 0) * 4:
            canary.set_weight(weight)
            time.sleep(0.15)
    arrived = Counter(path for method, path in stable.requests + canary.upstream.requests if method == "POST")
    assert load_.statuses.keys() == {200}
    assert load_.statuses.total() > 500
    assert arrived == Counter(load_.written)
    assert canary.upstream.requests
    assert stable.requests


def test_it_goes_and_comes_again(canary: Canary) -> None:
    where, stable = canary.where(), canary.system.services["trading"]
    stable.requests.clear()
    with Load(canary) as load_:
        for _ in range(3):
            canary.set_weight(50)
            time.sleep(0.3)
            set_weights(where["out"], {"trading": 0})
            assert live.wait_until_idle(canary.admin, "trading-canary", seconds=5)
            live.remove(canaries=[], **where)
            canary.upstream.stop()
            time.sleep(0.2)
            canary.upstream.start()
            live.introduce(canaries=["trading"], **where)
    arrived = Counter(path for method, path in stable.requests + canary.upstream.requests if method == "POST")
    assert load_.statuses.keys() == {200}
    assert arrived == Counter(load_.written)
