"""Clients that sign in at once, over and over, in a process of their own.

Half of them by the API, half by the pages. Each has a right name and password. A client asked to retry
does so after the given time.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from types import TracebackType
from urllib.parse import urlencode, urlsplit

from benchmarks.client import Customer

_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
#: A request's path, headers and body.
FormRequest = tuple[str, dict[str, str], str]


class SignInCrowd:
    """So many of them, until the ``with`` block ends.

    Attributes:
        answers: afterwards, how often each status came: ``api 200``, ``page 303``, ``page 503``.
    """

    def __init__(self, url: str, customers: list[Customer], *, at_once: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.answers: Counter[str] = Counter()
        self._over = context.Event()
        self._counted: SimpleQueue[Counter[str]] = context.SimpleQueue()
        names = [(customer.name, customer.password) for customer in customers]
        arguments = (url, names, at_once, self._over, self._counted)
        self._process = context.Process(target=_run, args=arguments, daemon=True)

    def __enter__(self) -> SignInCrowd:
        self._process.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self.answers = self._counted.get()
        self._process.join()


def _run(
    url: str, names: list[tuple[str, str]], at_once: int, over: Event, counted: SimpleQueue[Counter[str]]
) -> None:
    answers: Counter[str] = Counter()
    with ThreadPoolExecutor(at_once) as pool:
        for number in range(at_once):
            request_of = _by_page if number % 2 else _by_api
            pool.submit(_sign_in_again, request_of, url, names[number % len(names)], over, answers)
    counted.put(answers)


def _sign_in_again(
    request_of: Callable[[http.client.HTTPConnection, str, str], FormRequest],
    url: str,
    name: tuple[str, str],
    over: Event,
    answers: Counter[str],
) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    request: FormRequest | None = None
    while not over.is_set():
        try:
            request = request or request_of(connection, *name)
            path, headers, body = request
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException, TypeError) as error:
            connection.close()
            answers[f"{request_of.__name__[4:]} {type(error).__name__}"] += 1
            over.wait(2)
            continue
        answers[f"{request_of.__name__[4:]} {answer.status}"] += 1
        if answer.status in (429, 503):
            over.wait(float(answer.headers.get("Retry-After", 2)))


def _by_api(connection: http.client.HTTPConnection, name: str, password: str) -> FormRequest:
    body = json.dumps({"username": name, "password": password})
    return "/api/v1/auth/token", {"Content-Type": "application/json"}, body


def _by_page(connection: http.client.HTTPConnection, name: str, password: str) -> FormRequest:
    """The form, opened once; each time it is sent by a browser that has no session yet."""
    connection.request("GET", "/sign-in")
    page = connection.getresponse()
    found = _CSRF.search(page.read().decode())
    if not found:
        raise http.client.HTTPException(page.status)
    fields = {"csrfmiddlewaretoken": found[1], "username": name, "password": password}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": (page.headers["Set-Cookie"] or "").partition(";")[0],
        "Accept": "text/html",
    }
    return "/sign-in", headers, urlencode(fields)
