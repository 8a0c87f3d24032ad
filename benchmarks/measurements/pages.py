"""pages: what each list costs the process that writes the pages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

import httpx

from benchmarks.client import Customer, place_as_fast_as_possible, sign_up
from benchmarks.figures import Figure, Measurement, Run, Size
from benchmarks.prepare import instruments
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import CommandError, say
from compose.local.paths import Home

#: A list's own page of rows: so many orders are placed, of as many instruments.
ROWS = 50
LISTS = {
    "market": "/",
    "orders": "/orders",
    "portfolio": "/portfolio",
    "history": "/history",
    "notifications": "/notifications",
}
LANGUAGES = {"en": "English", "ru": "Russian"}
#: So many turns of all lists make a run, so that all have the machine's good and bad moments.
TURNS = 5


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system, a new customer for each run."""
    with fresh_system(home) as system:
        tickers = instruments(system, ROWS)
        return [measure_once(system, tickers, size) for _ in range(runs)]


def measure_once(system: BenchSystem, tickers: list[str], size: Size) -> Run:
    """Look at each list in each language so many times, one view after the other."""
    customer = with_orders(system, tickers)
    views = max(1, size.page_views // TURNS)
    seconds: defaultdict[str, float] = defaultdict(float)
    with browsers_of(system.url, customer) as browsers:
        for browser, path in product(browsers.values(), LISTS.values()):
            _view(browser, path)  # connections, templates
        with system.measured() as before:
            for _ in range(TURNS):
                for (language, browser), (name, path) in product(browsers.items(), LISTS.items()):
                    begun = _spent(system)
                    for _ in range(views):
                        _view(browser, path)
                    seconds[f"{name}_{language}"] += _spent(system) - begun
            used = system.cpu.since(before)
    values = {key: spent / (views * TURNS) * 1000 for key, spent in seconds.items()}
    say("  pages: " + "  ".join(f"{key} {value:.1f} ms" for key, value in values.items()))
    return Run(values, {"CPU of a page, ms, all of them alike": used.per(views * TURNS * len(values))})


def with_orders(system: BenchSystem, tickers: list[str]) -> Customer:
    """A new customer who has placed so many orders that each list has a page of them."""
    (customer,) = sign_up(system.url, 1, deposits=1)
    place_as_fast_as_possible(system.url, [customer], tickers, count=ROWS)
    system.wait_quiet()
    return customer


@contextmanager
def browsers_of(url: str, customer: Customer) -> Iterator[dict[str, httpx.Client]]:
    """Language → somebody who has signed in on the pages."""
    browsers = {
        language: httpx.Client(base_url=url, headers={"Accept-Language": language}, timeout=30)
        for language in LANGUAGES
    }
    try:
        for browser in browsers.values():
            _sign_in(browser, customer)
        yield browsers
    finally:
        for browser in browsers.values():
            browser.close()


def _sign_in(browser: httpx.Client, customer: Customer) -> None:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', _view(browser, "/sign-in"))
    form = {
        "csrfmiddlewaretoken": token[1] if token else "",
        "username": customer.name,
        "password": customer.password,
    }
    answer = browser.post("/sign-in", data=form)
    if answer.status_code != 303:
        raise CommandError(f"POST /sign-in was answered {answer.status_code}: {answer.text[:300]}")


def _view(browser: httpx.Client, path: str) -> str:
    answer = browser.get(path)
    if answer.status_code != 200:
        raise CommandError(f"GET {path} was answered {answer.status_code}: {answer.text[:300]}")
    return answer.text


def _spent(system: BenchSystem) -> float:
    return system.cpu.read().seconds["web"]


MEASUREMENT = Measurement(
    name="pages",
    title="Pages",
    about="A customer who has placed 50 orders, each of an instrument of its own, looks at each list 200 "
    "times in each language, one view after the other, through the gateway. The CPU is that of the process "
    "that writes the pages; what the others spend on a page, the mean of all, stands below.",
    figures=tuple(
        Figure(f"{name}_{language}", f"{name}, in {words}", "ms of CPU", digits=1)
        for name, (language, words) in product(LISTS, LANGUAGES.items())
    ),
    measure=measure,
)
