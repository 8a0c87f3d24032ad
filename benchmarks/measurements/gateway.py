"""gateway: what Envoy, its filters and nginx cost, with a server behind that costs almost nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass

from benchmarks.figures import Figure, Goal, Measurement, Run, Size
from benchmarks.gateway.load import Load, Result, combined, measured
from benchmarks.gateway.servers import Servers, servers
from compose.local.console import say
from compose.local.paths import Home
from gateway.tests.tokens import bearer

USER = "11111111-1111-4111-8111-111111111111"
#: So many turns of all cases make a run.
SLICES = 10
#: Seconds before each slice that do not count: nginx's page, Envoy's memory of the token.
WARM_UP = 0.1


@dataclass(frozen=True)
class Case:
    """One way to the same page.

    Attributes:
        key: its name in the results.
        text: for people.
        to: the attribute of `Servers` that is asked.
        path: what for.
        spends: the servers whose CPU counts.
        signed_in: with a token.
        expect: in every answer's head, lower case; of a cached page, renewals aside.
    """

    key: str
    text: str
    to: str
    path: str
    spends: tuple[str, ...]
    signed_in: bool = False
    expect: str = ""


LIST, ORDERS, QUOTES = "/api/v1/instruments", "/api/v1/orders", "/api/v1/quotes"
GATEWAY = ("envoy", "nginx")
HIT = "x-cache: hit"

CASES = (
    Case("direct", "the fast server itself", "upstream", "/", ()),
    Case("nginx", "nginx alone, a cached page", "pages", LIST, ("nginx",), expect=HIT),
    Case("bare", "bare Envoy", "bare", LIST, ("bare",)),
    Case("carrying", "bare Envoy, given a token", "bare", LIST, ("bare",), signed_in=True),
    Case("anonymous", "the whole chain, anonymous", "gateway", QUOTES, GATEWAY),
    Case("signed_in", "the whole chain, signed in", "gateway", ORDERS, GATEWAY, signed_in=True),
    Case("hit", "the whole chain, a cache hit", "gateway", LIST, GATEWAY, expect=HIT),
)

#: The rate of the first as a share of the second's, and how much it should be.
SHARES = (
    ("anonymous", "bare", Goal(at_least=85)),
    ("signed_in", "bare", Goal(at_least=85)),
    ("signed_in", "carrying", None),
    ("hit", "bare", Goal(at_least=70)),
)


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """All cases in turn, so many times; the same servers all the while."""
    cores = sorted(os.sched_getaffinity(0))
    envoy, others = {cores[0]}, set(cores[1:2]) or {cores[0]}
    with servers(envoy=envoy, others=others) as running:
        return [_measure_once(running, size, others) for _ in range(runs)]


def _measure_once(running: Servers, size: Size, client: set[int]) -> Run:
    """All cases by turns, a slice of each, so that all of them have the machine's good and bad moments."""
    slices: dict[str, list[tuple[Result, float]]] = {case.key: [] for case in CASES}
    for _ in range(SLICES):
        for case in CASES:
            slices[case.key].append(_slice(running, case, size, client))
    values: dict[str, float] = {}
    for case in CASES:
        whole = combined(slices[case.key])
        values[f"{case.key}_rate"] = whole.rate
        values[f"{case.key}_p99"] = whole.p99
        if case.spends:
            values[f"{case.key}_cpu"] = whole.cpu
        say(f"  {case.text:<28}{whole.rate:>8,.0f}/s  p99 {whole.p99:6.2f} ms  {whole.cpu:6.1f} µs")
    for key, base, _goal in SHARES:
        values[f"{key}_of_{base}"] = values[f"{key}_rate"] / values[f"{base}_rate"] * 100
    return Run(values)


def _slice(running: Servers, case: Case, size: Size, client: set[int]) -> tuple[Result, float]:
    """What came of a short load, and seconds of CPU of the proxies meanwhile."""
    headers = {"Accept": "application/json"} | (bearer(USER) if case.signed_in else {})
    seconds = size.gateway_seconds / SLICES
    load = Load(getattr(running, case.to), case.path, headers, size.gateway_connections, seconds, case.expect)
    return measured(load, warm_up=WARM_UP, spent=lambda: sum(map(running.cpu, case.spends)), cores=client)


def _figures() -> tuple[Figure, ...]:
    figures = []
    cpu_goals = {"anonymous": Goal(at_most=200), "signed_in": Goal(at_most=200)}
    texts = {case.key: case.text for case in CASES}
    for case in CASES:
        figures.append(Figure(f"{case.key}_rate", case.text, "requests/s"))
        figures.append(Figure(f"{case.key}_p99", f"{case.text}, p99", "ms", digits=2))
        if case.spends:
            goal = cpu_goals.get(case.key)
            figures.append(
                Figure(f"{case.key}_cpu", f"{case.text}, CPU of the proxies per request", "µs", goal)
            )
    for key, base, goal in SHARES:
        figures.append(Figure(f"{key}_of_{base}", f"{texts[key]} ÷ {texts[base]}", "% of its rate", goal))
    return tuple(figures)


MEASUREMENT = Measurement(
    name="gateway",
    title="The gateway",
    about="The same page of 1.1 kB comes from an nginx that answers from memory. A client asks for it as "
    "fast as it is answered, over 16 kept-alive connections: that server itself; nginx as the cache "
    "of the page; an Envoy that has nothing but its router, and the same given a token, which it passes "
    "on unread; and the whole gateway as `make up` renders it (CORS, flood guard, tokens, rate limits so "
    "high that nobody meets them, limits of size, compression, JSON access log) for somebody signed in, "
    "for somebody who is not, and for a page that nginx keeps. Envoy (one worker) has one core; the "
    "client, the server and nginx, which answers in its place, another. Where the client is the slower "
    "side (the server itself, nginx alone), the rate is the client's. The CPU is that of Envoy and nginx. "
    "A run is ten turns of half a second each, the p99 the median of theirs.",
    figures=_figures(),
    measure=measure,
)
