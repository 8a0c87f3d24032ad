"""How long others wait meanwhile: ``python -m tests.security.measure [scenario …]``.

On the test system in BIRZHA_HOME. Prints the median and p95 of reads of every service, alone and beside each
scenario, by turns:

- ``crowd``: 500 half-open requests, 200 slow readers and 50 files at once (of 25 users);
- ``file``: one file of 100,000 lines, again and again;
- ``sign-ins``: 300 sign-ins at once, again and again, half of them by the pages.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import httpx

from compose.local.paths import Home
from tests.e2e.people import Person
from tests.security.crowd import Crowd
from tests.security.history import long_history
from tests.security.sign_in_crowd import SignInCrowd
from tests.security.test_staying_up import READS

HALF_OPEN, SLOW, FILES, ROWS = 500, 200, 50, 5_000
LONG_FILE_ROWS = 100_000
SIGN_INS = 300
SECONDS, TURNS = 8.0, 3

#: What goes on beside the reads for as long as the block lasts.
Attack = Callable[[], AbstractContextManager[None]]


def main(names: list[str]) -> int:
    """Measure what is named, everything when nothing is; returns the exit code."""
    if unknown := set(names) - set(SCENARIOS):
        print(f"There is no {', '.join(sorted(unknown))}: {', '.join(SCENARIOS)}.", file=sys.stderr)
        return 2
    home = Home.here()
    for name in names or SCENARIOS:
        with SCENARIOS[name](home, home.read_state()["url"]) as attack:
            _measure(name, Person(home.read_state()["url"]), attack)
    return 0


@contextmanager
def _crowd(home: Home, url: str) -> Iterator[Attack]:
    people = [Person(url) for _ in range(FILES // 2)]

    @contextmanager
    def attack() -> Iterator[None]:
        with Crowd(url, half_open=HALF_OPEN, slow_readers=SLOW), _files(people * 2, ROWS):
            yield

    with long_history(home, [person.id for person in people], ROWS):
        yield attack


@contextmanager
def _file(home: Home, url: str) -> Iterator[Attack]:
    person = Person(url)
    with long_history(home, [person.id], LONG_FILE_ROWS):
        yield lambda: _files([person], LONG_FILE_ROWS)


@contextmanager
def _sign_ins(home: Home, url: str) -> Iterator[Attack]:
    people = [Person(url) for _ in range(SIGN_INS // 10)]

    @contextmanager
    def attack() -> Iterator[None]:
        with SignInCrowd(people, at_once=SIGN_INS) as crowd:
            time.sleep(2)  # until its process is up
            yield
        print(f"  sign-ins: {dict(sorted(crowd.answers.items()))}", flush=True)

    yield attack


SCENARIOS = {"crowd": _crowd, "file": _file, "sign-ins": _sign_ins}


def _measure(name: str, reader: Person, attack: Attack) -> None:
    alone: list[float] = []
    beside: list[float] = []
    refused: Counter[str] = Counter()
    for turn in range(TURNS):
        print(f"{name}, turn {turn + 1}:", flush=True)
        alone += _reads(reader, refused)
        with attack():
            time.sleep(1)
            beside += _reads(reader, refused)
    for kind, times in (("alone", alone), ("beside", beside)):
        print(f"{name}, {kind}: {len(times)} reads, median {1000 * statistics.median(times):.0f} ms, "
              f"p95 {1000 * _p95(times):.0f} ms, longest {1000 * max(times):.0f} ms")  # fmt: skip
    print(
        f"{name}: p95 beside / alone: {_p95(beside) / _p95(alone):.2f}, refused: {dict(refused)}", flush=True
    )


def _reads(reader: Person, refused: Counter[str]) -> list[float]:
    times = []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for path in READS:
            begun = time.monotonic()
            answer = reader.http.get(path, timeout=30)
            times.append(time.monotonic() - begun)
            if answer.status_code != 200:
                refused[f"{path} {answer.status_code}"] += 1
    return times


@contextmanager
def _files(people: list[Person], rows: int) -> Iterator[None]:
    """Each of the people asks for their file over and over."""
    over, answers = threading.Event(), Counter[str]()
    with ThreadPoolExecutor(len(people)) as pool:
        asking = [pool.submit(_ask_for_files, person, rows, over, answers) for person in people]
        try:
            yield
        finally:
            over.set()
        for one in asking:
            one.result()
    print(f"  files: {dict(answers)}", flush=True)


def _ask_for_files(person: Person, rows: int, over: threading.Event, answers: Counter[str]) -> None:
    while not over.is_set():
        try:
            answer = httpx.get(
                f"{person.url}/api/v1/operations?format=csv", headers=person.http.headers, timeout=120
            )
        except httpx.HTTPError as error:
            answers[type(error).__name__] += 1
            continue
        whole = answer.status_code == 200 and answer.text.count("\r\n") == rows + 1
        answers["whole" if whole else str(answer.status_code)] += 1
        if not whole:
            over.wait(2)


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
