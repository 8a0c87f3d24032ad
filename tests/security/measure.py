"""How long others wait meanwhile: ``python -m tests.security.measure``, on the test system in BIRZHA_HOME.

Prints the median and p95 of reads of every service, alone and beside 500 half-open requests, 200 slow readers
and 50 files at once (of 25 users), by turns.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from compose.local.paths import Home
from tests.e2e.people import Person
from tests.security.crowd import Crowd
from tests.security.history import long_history
from tests.security.test_staying_up import READS

HALF_OPEN, SLOW, FILES, ROWS = 500, 200, 50, 5_000
SECONDS, TURNS = 8.0, 3


def main() -> None:
    """Measure by turns and print."""
    home = Home.here()
    url = home.read_state()["url"]
    people = [Person(url) for _ in range(FILES // 2)]
    with long_history(home, [person.id for person in people], ROWS):
        _measure(url, people)


def _measure(url: str, people: list[Person]) -> None:
    reader = Person(url)
    alone: list[float] = []
    beside: list[float] = []
    for turn in range(TURNS):
        alone += _reads(reader)
        answers: Counter[str] = Counter()
        with Crowd(url, half_open=HALF_OPEN, slow_readers=SLOW), ThreadPoolExecutor(FILES) as pool:
            over = threading.Event()
            files = [pool.submit(_files, people[n // 2], over, answers) for n in range(FILES)]
            time.sleep(1)
            beside += _reads(reader)
            over.set()
            for file in files:
                file.result()
        print(f"turn {turn + 1}: files {dict(answers)}", flush=True)
    for name, times in (("alone", alone), ("beside", beside)):
        print(f"{name}: {len(times)} reads, median {1000 * statistics.median(times):.0f} ms, "
              f"p95 {1000 * _p95(times):.0f} ms, longest {1000 * max(times):.0f} ms")  # fmt: skip
    print(f"p95 beside / alone: {_p95(beside) / _p95(alone):.2f}")


def _reads(reader: Person) -> list[float]:
    times = []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for path in READS:
            begun = time.monotonic()
            answer = reader.http.get(path, timeout=30)
            times.append(time.monotonic() - begun)
            assert answer.status_code == 200, (path, answer.status_code)
    return times


def _files(person: Person, over: threading.Event, answers: Counter[str]) -> None:
    while not over.is_set():
        try:
            answer = httpx.get(
                f"{person.url}/api/v1/operations?format=csv", headers=person.http.headers, timeout=120
            )
        except httpx.HTTPError as error:
            answers[type(error).__name__] += 1
            continue
        whole = answer.status_code == 200 and answer.text.count("\r\n") == ROWS + 1
        answers["whole" if whole else str(answer.status_code)] += 1
        if not whole:
            over.wait(2)


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
