"""page_times: how long each list's page takes, beside the API calls that it makes; what a first load is."""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from urllib.parse import urljoin, urlsplit

import httpx

from benchmarks.client import Connection, Customer, connections_to
from benchmarks.figures import Figure, Goal, Measurement, Run, Size
from benchmarks.measurements.pages import LANGUAGES, LISTS, ROWS, TURNS, browsers_of, with_orders
from benchmarks.prepare import instruments
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import CommandError, say
from compose.local.paths import Home

#: What each list's page asks the API.
CALLS = {
    "market": ("instruments?include=types%2Chours&page_size=50", "watchlist"),
    "orders": ("orders?status=filled%2Crejected%2Ccanceled%2Cexpired&include=open",),
    "portfolio": ("positions?include=closed", "portfolio/history", "account"),
    "history": ("operations?fees=included",),
    "notifications": ("notifications",),
}
#: What of a page only the chart needs.
OF_THE_CHART = ("chart.js", "lightweight-charts.js")
KB = 1024


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system, a new customer for each run."""
    with fresh_system(home) as system:
        tickers = instruments(system, ROWS)
        return [measure_once(system, tickers, size) for _ in range(runs)]


def measure_once(system: BenchSystem, tickers: list[str], size: Size) -> Run:
    """Look at each list and ask what it asks, by turns, on connections that stay; then load a page as new."""
    customer = with_orders(system, tickers)
    values: dict[str, float] = {}
    with browsers_of(system.url, customer) as browsers:
        cookies = "; ".join(f"{name}={value}" for name, value in browsers["en"].cookies.items())
        times = asyncio.run(_times(system.url, customer, cookies, max(1, size.page_views // TURNS)))
        for name, (page, calls) in times.items():
            values[f"{name}_time"] = page * 1000
            values[f"{name}_ratio"] = page / calls
        for language, browser in browsers.items():
            values[f"load_{language}"] = _first_load(browser, language) / KB
    say("  page_times: " + "  ".join(f"{key} {value:.1f}" for key, value in values.items()))
    return Run(values)


async def _times(url: str, customer: Customer, cookies: str, views: int) -> dict[str, tuple[float, float]]:
    """List → median seconds of its page, and of its calls side by side until the last has its answer.

    In every second view the calls come first: who asks second for the same rows finds them in the caches of
    PostgreSQL and of the processors.
    """
    took: defaultdict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    most = max(map(len, CALLS.values()))
    async with connections_to(url, 1 + most) as (page, *others):
        for view in range(views + 2):  # the first two fill what is remembered
            for name, path in LISTS.items():
                calls = [_call(url, call, customer) for call in CALLS[name]]
                asked = [([page], [_request(url, path, {"Cookie": cookies})]), (others[: len(calls)], calls)]
                for place in (0, 1) if view % 2 else (1, 0):
                    seconds = await _answered(*asked[place])
                    if view > 1:
                        took[name][place].append(seconds)
    return {name: (median(pages), median(calls)) for name, (pages, calls) in took.items()}


async def _answered(connections: Sequence[Connection], requests: Sequence[bytes]) -> float:
    """Send all at once; seconds until the last has its answer."""
    begun = time.perf_counter()
    answers = await asyncio.gather(
        *(one.send(request) for one, request in zip(connections, requests, strict=True))
    )
    seconds = time.perf_counter() - begun
    for head, body in answers:
        if not head.startswith(b"HTTP/1.1 200"):
            raise CommandError(f"answered {head[:100]!r} {body[:300]!r}")
    return seconds


def _call(url: str, call: str, customer: Customer) -> bytes:
    """As the page asks: the market's list without a token, so that nginx may have it."""
    token = {} if call.startswith("instruments") else {"Authorization": customer.authorization}
    return _request(url, f"/api/v1/{call}", token)


def _request(url: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = {"Host": urlsplit(url).netloc, "Accept": "*/*", "Accept-Language": "en", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"GET {path} HTTP/1.1\r\n{head}\r\n".encode()


def _first_load(browser: httpx.Client, language: str) -> int:
    """Bytes on the wire of the market's page with its styles, scripts, icons and the language's fonts."""
    total, page = _loaded(browser, LISTS["market"])
    links = re.findall(r'<(?:link[^>]+href|script[^>]+src)="(/static/[^"]+)"', page)
    fonts = {"latin"} | ({"cyrillic"} if language == "ru" else set())
    for link in dict.fromkeys(links):
        if link.endswith(".woff2") or any(script in link for script in OF_THE_CHART):
            continue
        size, text = _loaded(browser, link)
        total += size
        for font in re.findall(r"url\(([^)]+\.woff2)\)", text) if ".css" in link else ():
            if any(f"inter-{name}-" in font for name in fonts):
                total += _loaded(browser, urljoin(link, font.strip("\"'")))[0]
    return total


def _loaded(browser: httpx.Client, path: str) -> tuple[int, str]:
    with browser.stream("GET", path, headers={"Accept-Encoding": "gzip, br"}) as answer:
        content = answer.read()
        if answer.status_code != 200:
            raise CommandError(f"GET {path} was answered {answer.status_code}")
        return answer.num_bytes_downloaded, content.decode(errors="replace")


MEASUREMENT = Measurement(
    name="page_times",
    title="Page times",
    about="The same customer's lists, in English, one after the other through the gateway: the time "
    "until the whole page is there, and how many times that of its own API calls, asked side by side on "
    "connections that stay, by turns before and after it. And what a browser that knows nothing yet loads "
    "for the market, compressed, with the fonts that the language needs.",
    figures=(
        *(Figure(f"{name}_time", f"{name}", "ms", Goal(at_most=20), digits=1) for name in LISTS),
        *(
            Figure(f"{name}_ratio", f"{name}, by its API calls", "times", Goal(at_most=2), digits=2)
            for name in LISTS
        ),
        *(
            Figure(f"load_{language}", f"a first load, in {words}", "KB", Goal(at_most=150))
            for language, words in LANGUAGES.items()
        ),
    ),
    measure=measure,
)
