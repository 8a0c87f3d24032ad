"""Customers who ask for the file of all their operations, each again as soon as it is there."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx

from benchmarks.client import Customer

#: Seconds that one file may take.
TIMEOUT_S = 120
#: Seconds after which a refused client asks again.
REFUSED_S = 2


@contextmanager
def files(url: str, customers: list[Customer], *, rows: int) -> Iterator[Counter[str]]:
    """While the block lasts each customer downloads a file of so many operations, over and over.

    Yields:
        How often each answer came, counted as they come: ``whole``, a status, or an error's name.
    """
    over, answers = threading.Event(), Counter[str]()
    with ThreadPoolExecutor(len(customers)) as pool:
        downloads = [pool.submit(_download, url, customer, rows, over, answers) for customer in customers]
        try:
            yield answers
        finally:
            over.set()
        for one in downloads:
            one.result()


def _download(url: str, customer: Customer, rows: int, over: threading.Event, answers: Counter[str]) -> None:
    headers = {"Authorization": customer.authorization}
    while not over.is_set():
        try:
            answer = httpx.get(f"{url}/api/v1/operations?format=csv", headers=headers, timeout=TIMEOUT_S)
        except httpx.HTTPError as error:
            answers[type(error).__name__] += 1
            continue
        whole = answer.status_code == 200 and answer.text.count("\r\n") >= rows + 1
        answers["whole" if whole else str(answer.status_code)] += 1
        if not whole:
            over.wait(REFUSED_S)
