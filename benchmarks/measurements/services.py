"""services: what the gateway takes of the rate at which Birzha's own services answer."""

from __future__ import annotations

import os
from dataclasses import dataclass

from benchmarks.client import Customer, sign_up
from benchmarks.figures import Figure, Goal, Measurement, Run, Size
from benchmarks.gateway.load import Load, Result, rate, run
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
        signed_in: with a token.
        goal: how much of bare Envoy's rate is to be left, in percent.
    """

    key: str
    text: str
    service: str
    path: str
    signed_in: bool
    goal: Goal | None = None


PAGES = (
    Page("list", "the list of instruments, anonymous", "market", "/api/v1/instruments", signed_in=False),
    Page(
        "orders",
        "one's orders, signed in",
        "trading",
        "/api/v1/orders",
        signed_in=True,
        goal=Goal(at_least=85),
    ),
)
WAYS = {"direct": "from the service itself", "bare": "through bare Envoy", "chain": "through the whole chain"}


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system, all ways in turn, so many times."""
    with fresh_system(home) as system:
        return [measure_once(system, size) for _ in range(runs)]


def measure_once(system: BenchSystem, size: Size) -> Run:
    """Each page by each way: by turns, so that all ways have the machine's good and bad moments."""
    cores = os.sched_getaffinity(0)
    (customer,) = sign_up(system.url, 1, deposits=1)  # its token lives for minutes only
    values: dict[str, float] = {}
    for page in PAGES:
        service, gateway = f"unix:{system.home.run}/{page.service}.sock", system.url.rpartition(":")[2]
        slices: dict[str, list[Result]] = {way: [] for way in WAYS}
        with bare_envoy(service, cores=cores) as bare:
            for _ in range(SLICES):
                for way, to in (("direct", service), ("bare", bare), ("chain", gateway)):
                    slices[way].append(_slice(page, to, customer, size, cores))
        for way, results in slices.items():
            values[f"{page.key}_{way}"] = answered = rate(results)
            say(f"  {page.text}, {WAYS[way]}: {answered:,.0f}/s")
        values[f"{page.key}_share"] = values[f"{page.key}_chain"] / values[f"{page.key}_bare"] * 100
    return Run(values)


def _slice(page: Page, to: str, customer: Customer, size: Size, cores: set[int]) -> Result:
    headers = {"Accept": "application/json"}
    if page.signed_in:
        headers["Authorization"] = customer.authorization
    seconds = size.gateway_seconds / SLICES
    run(Load(to, page.path, headers, size.gateway_connections, min(WARM_UP, seconds)), cores=cores)
    return run(Load(to, page.path, headers, size.gateway_connections, seconds), cores=cores)


def _figures() -> tuple[Figure, ...]:
    figures = [
        Figure(f"{page.key}_{way}", f"{page.text}, {text}", "requests/s")
        for page in PAGES
        for way, text in WAYS.items()
    ]
    for page in PAGES:
        text = f"{page.text}, whole chain ÷ bare Envoy"
        figures.append(Figure(f"{page.key}_share", text, "% of its rate", page.goal))
    return tuple(figures)


MEASUREMENT = Measurement(
    name="services",
    title="The gateway before Birzha's services",
    about="The same client, over 16 kept-alive connections, asks two services of a system as `make up` "
    "starts it: on their own sockets, through an Envoy that has nothing but its router, and through the "
    "whole gateway, whose nginx keeps the list. All processes share the machine's cores, as they do for "
    "whoever runs it. A run is five turns of a second each.",
    figures=_figures(),
    measure=measure,
)
