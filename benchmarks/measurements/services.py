"""services: what the gateway takes of the rate at which Birzha's own services answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.client import sign_up
from benchmarks.figures import Figure, Goal, Measurement, Run, Size
from benchmarks.gateway.load import Load, Result, combined, measured
from benchmarks.gateway.servers import bare_envoy
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import say
from compose.local.paths import Home

#: So many turns of all ways make a run.
SLICES = 5
#: Seconds before each slice that do not count: connections, what the service and Envoy remember of the token.
WARM_UP = 0.2


@dataclass(frozen=True)
class Page:
    """What is asked for.

    Attributes:
        key: its name in the results.
        text: for people.
        service: who answers.
        path: of each GET.
        goal: how much of bare Envoy's rate is to be left, in percent.
        signed_in: with a token.
        headers: of each request, beside Accept and the token.
        expect: in every answer's head when it comes through the whole chain, lower case.
    """

    key: str
    text: str
    service: str
    path: str
    goal: Goal
    signed_in: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    expect: str = ""


@dataclass(frozen=True)
class Way:
    """How one comes there; ``spends`` are the processes, by the meter's names, whose CPU it costs."""

    key: str
    text: str
    spends: tuple[str, ...] = ()


LIST = "/api/v1/instruments"
PAGES = (
    Page("orders", "one's orders, signed in", "trading", "/api/v1/orders", Goal(at_least=85), signed_in=True),
    Page(
        "list",
        "instruments, anonymous, with a cookie",
        "market",
        LIST,
        Goal(at_least=85),
        headers={"Cookie": "theme=dark"},
        expect="x-cache: bypass",
    ),
    Page("kept", "instruments, anonymous, kept", "market", LIST, Goal(at_least=70), expect="x-cache: hit"),
)
DIRECT = Way("direct", "from the service itself")
BARE = Way("bare", "through bare Envoy", ("bare",))
CHAIN = Way("chain", "through the whole chain", ("gateway", "nginx"))
WAYS = (DIRECT, BARE, CHAIN)


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system, all ways in turn, so many times."""
    with fresh_system(home) as system:
        return [measure_once(system, size) for _ in range(runs)]


def measure_once(system: BenchSystem, size: Size) -> Run:
    """Each page by each way: by turns, so that all ways have the machine's good and bad moments."""
    (customer,) = sign_up(system.url, 1, deposits=1)  # its token lives for minutes only
    values: dict[str, float] = {}
    for page in PAGES:
        headers = {"Accept": "application/json"} | page.headers
        if page.signed_in:
            headers["Authorization"] = customer.authorization
        slices: dict[Way, list[tuple[Result, float]]] = {way: [] for way in WAYS}
        with _targets(system, page) as targets:
            for _ in range(SLICES):
                for way, to in targets.items():
                    slices[way].append(_slice(system, page, way, to, headers, size))
        for way in WAYS:
            whole = combined(slices[way])
            values[f"{page.key}_{way.key}"] = whole.rate
            values[f"{page.key}_{way.key}_p99"] = whole.p99
            if way.spends:
                values[f"{page.key}_{way.key}_cpu"] = whole.cpu
            numbers = f"{whole.rate:,.0f}/s  p99 {whole.p99:.1f} ms  {whole.cpu:.0f} µs"
            say(f"  {page.text}, {way.text}: {numbers}")
        values[f"{page.key}_share"] = values[f"{page.key}_chain"] / values[f"{page.key}_bare"] * 100
    return Run(values)


@contextmanager
def _targets(system: BenchSystem, page: Page) -> Iterator[dict[Way, str]]:
    """Where each way begins."""
    service, gateway = f"unix:{system.home.run}/{page.service}.sock", system.url.rpartition(":")[2]
    with bare_envoy(service, cores=os.sched_getaffinity(0)) as (bare, process):
        system.cpu.extra["bare"] = process
        try:
            yield {DIRECT: service, BARE: bare, CHAIN: gateway}
        finally:
            del system.cpu.extra["bare"]


def _slice(
    system: BenchSystem, page: Page, way: Way, to: str, headers: dict[str, str], size: Size
) -> tuple[Result, float]:
    """What came of a short load, and seconds of CPU of the proxies meanwhile."""

    def spent() -> float:
        seconds = system.cpu.read().seconds
        return sum(seconds[name] for name in way.spends)

    expect = page.expect if way is CHAIN else ""
    seconds = size.gateway_seconds / SLICES
    load = Load(to, page.path, headers, size.gateway_connections, seconds, expect)
    return measured(load, warm_up=WARM_UP, spent=spent, cores=os.sched_getaffinity(0))


def _figures() -> tuple[Figure, ...]:
    figures = []
    for page in PAGES:
        for way in WAYS:
            key, text = f"{page.key}_{way.key}", f"{page.text}, {way.text}"
            figures.append(Figure(key, text, "requests/s"))
            figures.append(Figure(f"{key}_p99", f"{text}, p99", "ms", digits=1))
            if way.spends:
                figures.append(Figure(f"{key}_cpu", f"{text}, CPU of the proxies per request", "µs"))
    for page in PAGES:
        text = f"{page.text}, whole chain ÷ bare Envoy"
        figures.append(Figure(f"{page.key}_share", text, "% of its rate", page.goal))
    return tuple(figures)


MEASUREMENT = Measurement(
    name="services",
    title="The gateway before Birzha's services",
    about="The same client, over 16 kept-alive connections, asks two services of a system as `make up` "
    "starts it: on their own sockets, through an Envoy that has nothing but its router, and through the "
    "whole gateway, whose nginx keeps the list for who has no cookie. All processes share the machine's "
    "cores, as they do for whoever runs it. The CPU is that of Envoy and nginx. A run is five turns of a "
    "second each, the p99 the median of theirs.",
    figures=_figures(),
    measure=measure,
)
