"""Every OpenAPI document is true: schemathesis tries each operation through the gateway.

Looked at in every answer: no 5xx; its status, content type, headers and body are documented; what the
document forbids is refused; a token is asked for where the document says so; a method that it does not name
is a 405 with its Allow.

Not looked at: that all that fits a document is taken (``positive_data_acceptance``), except for the reads
that nothing but the document decides about. A body may fit and be refused for what the document cannot know:
a name that is taken, another password than the user's, an instrument that does not exist, a worst price for a
limit order. Nor what needs an order of steps (``use_after_free``, ``ensure_resource_availability``,
``object_level_authorization``): the other tests of this folder take those steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.e2e.fuzzing.run import SEED, FuzzRun, fuzz
from tests.e2e.people import Client, Person
from tests.e2e.test_schemas import EACH, ENDPOINTS, document_of, operations_of
from tests.system import System

#: It ends the session that the rest of its document's run needs: tried in a run of its own.
SIGN_OUT = "auth_logout_create"
#: Their answers do not end; test_quote_stream.py and test_own_streams.py look at them, and the extremes at
#: what they refuse.
STREAMS = {"market": "quotes_stream", "trading": "orders_stream", "notifications": "notifications_stream"}
#: Runs at once: each mostly waits for answers.
AT_ONCE = 3

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def runs(system: System, new_person: Callable[..., Person]) -> Iterator[dict[str, Future[FuzzRun]]]:
    """All runs, begun together: of each document by a customer and by nobody, and the sign-out."""

    def by_customer(slug: str) -> FuzzRun:
        left_out = {"users": SIGN_OUT, **STREAMS}.get(slug)
        options = ("--exclude-operation-id", left_out) if left_out else ()
        # wrong passwords lock whoever sends them for a while
        somebody = new_person() if slug == "users" else customer
        return fuzz(address(slug), token=somebody.tokens["access"], examples=8, options=options)

    def by_nobody(slug: str) -> FuzzRun:
        left_out = ("--exclude-operation-id", STREAMS[slug]) if slug in STREAMS else ()
        return fuzz(address(slug), examples=4, options=("--phases", "examples,fuzzing", *left_out))

    def signing_out() -> FuzzRun:
        options = ("--include-operation-id", SIGN_OUT)
        return fuzz(address("users"), token=new_person().tokens["access"], examples=3, options=options)

    def address(slug: str) -> str:
        return f"{system.url}/api/v1/{slug}/schema"

    customer = new_person(deposit="50000.00")
    customer.buy("AAPL", 3)
    customer.sell("AAPL", 1)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = {f"customer {slug}": pool.submit(by_customer, slug) for slug in ENDPOINTS}
        begun |= {f"nobody {slug}": pool.submit(by_nobody, slug) for slug in ENDPOINTS}
        yield begun | {SIGN_OUT: pool.submit(signing_out)}


def assert_good(run: FuzzRun) -> None:
    assert run.good, f"seed {SEED}:\n{run.output}"


@EACH
def test_a_customer_meets_nothing_that_is_not_documented(
    runs: dict[str, Future[FuzzRun]], visitor: Client, slug: str
) -> None:
    run = runs[f"customer {slug}"].result()
    assert_good(run)
    names = {operation["operationId"] for operation in operations_of(document_of(visitor, slug)).values()}
    assert run.operations == len(names - {SIGN_OUT, *STREAMS.values()})
    assert run.cases > 15 * run.operations


@EACH
def test_nobody_meets_nothing_that_is_not_documented(
    runs: dict[str, Future[FuzzRun]], visitor: Client, slug: str
) -> None:
    run = runs[f"nobody {slug}"].result()
    assert_good(run)
    names = {operation["operationId"] for operation in operations_of(document_of(visitor, slug)).values()}
    assert run.operations == len(names - set(STREAMS.values()))


def test_signing_out_is_as_documented(runs: dict[str, Future[FuzzRun]]) -> None:
    run = runs[SIGN_OUT].result()
    assert_good(run)
    assert run.operations == 1


def test_nothing_was_lost_made_or_spent_twice(runs: dict[str, Future[FuzzRun]], system: System) -> None:
    for run in runs.values():
        run.result()
    system.check()
