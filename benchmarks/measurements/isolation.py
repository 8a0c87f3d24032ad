"""isolation: how long others wait beside those who ask for too much."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import httpx

from benchmarks.client import Customer, place_at_rate, sign_up
from benchmarks.crowds.files import files
from benchmarks.crowds.long_history import long_history
from benchmarks.crowds.reads import READS
from benchmarks.crowds.sign_ins import SignInCrowd
from benchmarks.crowds.slow_clients import SlowClients
from benchmarks.draining import id_of_now, wait_settled
from benchmarks.figures import Figure, Goal, Measurement, Run, Size, percentile
from benchmarks.measurements import latency
from benchmarks.prepare import instruments
from benchmarks.system import BenchSystem, fresh_system
from compose.local.console import CommandError, say
from compose.local.paths import Home

#: Orders a second while instruments are listed.
RATE = 10

#: A crowd is there for as long as the block lasts.
Crowd = Callable[[], AbstractContextManager[object]]


def measure(home: Home, size: Size, runs: int) -> list[Run]:
    """On one new system."""
    with fresh_system(home) as system:
        tickers = instruments(system, size.instruments)
        measured = [measure_once(system, tickers, size, number) for number in range(runs)]
        system.check()
    return measured


def measure_once(system: BenchSystem, tickers: list[str], size: Size, number: int = 0) -> Run:
    """Each crowd in turn, then the listing; ``number`` keeps the runs' new instruments apart."""
    (reader,) = sign_up(system.url, 1, deposits=1)
    values: dict[str, float] = {}
    for name, prepared in (
        ("slow", _slow_clients(system, size)),
        ("file", _one_file(system, size)),
        ("sign_ins", _sign_ins(system, size)),
    ):
        with prepared as crowd:
            values |= _beside(name, system.url, reader, crowd, size)
    values |= _listing(system, tickers, size, number)
    return Run(values)


def _beside(name: str, url: str, reader: Customer, crowd: Crowd, size: Size) -> dict[str, float]:
    """The p95 of reads of every service alone and beside the crowd, and the one by the other.

    By turns, so that both have the machine's good and bad moments.

    Raises:
        CommandError: a read was refused.
    """
    alone: list[float] = []
    beside: list[float] = []
    for _ in range(size.isolation_turns):
        alone += _reads(url, reader, size.isolation_seconds)
        with crowd():
            time.sleep(size.gathering_seconds)  # until all of the crowd is there
            beside += _reads(url, reader, size.isolation_seconds)
    before, after = percentile(alone, 0.95), percentile(beside, 0.95)
    say(f"  {name}: {len(beside):,} reads, p95 {after * 1000:.0f} ms, alone {before * 1000:.0f} ms")
    return {
        f"{name}_alone": before * 1000,
        f"{name}_beside": after * 1000,
        f"{name}_ratio": after / before,
    }


def _reads(url: str, reader: Customer, seconds: float) -> list[float]:
    times = []
    with httpx.Client(base_url=url, headers={"Authorization": reader.authorization}, timeout=30) as client:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for path in READS:
                begun = time.monotonic()
                answer = client.get(path)
                times.append(time.monotonic() - begun)
                if answer.status_code != 200:
                    raise CommandError(f"GET {path} was answered {answer.status_code}: {answer.text[:300]}")
    return times


@contextmanager
def _slow_clients(system: BenchSystem, size: Size) -> Iterator[Crowd]:
    """Half-open requests, readers of one byte a second, and files, each customer two at a time."""
    customers = sign_up(system.url, max(1, size.files // 2), deposits=1)

    @contextmanager
    def crowd() -> Iterator[None]:
        slow = SlowClients(system.url, half_open=size.half_open, slow_readers=size.slow_readers)
        with slow, files(system.url, customers * 2, rows=size.file_rows) as answers:
            yield
        _print_answers("files", answers)

    with long_history(system.home, [customer.id for customer in customers], size.file_rows):
        yield crowd


@contextmanager
def _one_file(system: BenchSystem, size: Size) -> Iterator[Crowd]:
    customers = sign_up(system.url, 1, deposits=1)
    with long_history(system.home, [customers[0].id], size.long_file_rows):
        yield lambda: files(system.url, customers, rows=size.long_file_rows)


@contextmanager
def _sign_ins(system: BenchSystem, size: Size) -> Iterator[Crowd]:
    customers = sign_up(system.url, max(1, size.sign_ins // 10), deposits=1)

    @contextmanager
    def crowd() -> Iterator[None]:
        with SignInCrowd(system.url, customers, at_once=size.sign_ins) as signing_in:
            yield
        _print_answers("sign-ins", signing_in.answers)

    yield crowd


def _listing(system: BenchSystem, tickers: list[str], size: Size, number: int) -> dict[str, float]:
    """How long orders take to be filled while instruments are listed, and before."""
    customers = sign_up(system.url, 8, deposits=1)
    _orders(system, customers, tickers, _seconds(1))  # warms up
    alone = _orders(system, customers, tickers, _seconds(2 * size.isolation_seconds))
    first = size.instruments + number * size.listed
    with ThreadPoolExecutor(1) as pool:
        listing = pool.submit(system.inside, "market", "instruments_list", count=size.listed, first=first)
        beside = _orders(system, customers, tickers, listing.done)
        listing.result()  # a listing that failed is no measurement
    system.wait_quiet()
    longest, before = max(beside), max(alone)
    say(f"  listing: {len(beside)} orders, the longest {longest:.0f} ms, alone {before:.0f} ms")
    return {"listing_alone": before, "listing_beside": longest, "listing_more": longest - before}


def _orders(
    system: BenchSystem, customers: list[Customer], tickers: list[str], over: Callable[[], bool]
) -> list[float]:
    """From the click to filled, in milliseconds, of orders at a steady rate until it is over."""
    times: list[float] = []
    while True:
        first_id = id_of_now()
        answers = place_at_rate(system.url, customers, tickers, count=RATE, rate=RATE)
        wait_settled(system, since=first_id, orders=answers.orders)
        times += latency.times_to("filled", system, answers)
        if over():
            return times


def _seconds(count: float) -> Callable[[], bool]:
    """Whether so many seconds are over."""
    end = time.monotonic() + count
    return lambda: time.monotonic() > end


def _print_answers(kind: str, answers: Counter[str]) -> None:
    say(f"    {kind}: " + ", ".join(f"{count} × {answer}" for answer, count in sorted(answers.items())))


def _figures() -> tuple[Figure, ...]:
    figures: list[Figure] = []
    for name, text, most in (
        ("slow", "500 half-open requests, 200 slow readers, 50 files", 2),
        ("file", "one file of 100,000 lines, over and over", 3),
        ("sign_ins", "300 sign-ins at once", 2),
    ):
        figures += [
            Figure(f"{name}_alone", f"reads alone, by turns with those beside {text}, p95", "ms", digits=1),
            Figure(f"{name}_beside", f"reads beside {text}, p95", "ms", digits=1),
            Figure(f"{name}_ratio", "the one by the other", "times", Goal(at_most=most), digits=2),
        ]
    return (
        *figures,
        Figure("listing_alone", "click → filled, the longest", "ms"),
        Figure("listing_beside", "click → filled while 6,000 instruments are listed, the longest", "ms"),
        Figure("listing_more", "the other less the one", "ms", Goal(at_most=100)),
    )


MEASUREMENT = Measurement(
    name="isolation",
    title="Beside those who ask for too much",
    about="A customer reads from every service, alone and beside a crowd by turns, three times 8 seconds "
    "each; no read may be refused. The crowds: 500 half-open requests with 200 readers of one byte a second "
    "and 50 files of 5,000 operations at once (25 customers, two each, again and again); one file of 100,000 "
    "operations, again and again; 300 sign-ins at once, again and again, half of them by the pages. Then 10 "
    "orders a second are placed before and while 6,000 instruments are listed. The crowds share the "
    "machine's cores.",
    figures=_figures(),
    measure=measure,
)
