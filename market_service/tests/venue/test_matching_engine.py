"""Given orders for which its rules are ours, then the matcher makes of them what another engine makes."""

from __future__ import annotations

import os
import random
from types import ModuleType

import pytest

from market_service.tests.venue.oracle.bugs import BUGS, with_bug
from market_service.tests.venue.oracle.engine import Engine, agreed_steps
from market_service.tests.venue.oracle.harness import Matched, batches
from market_service.tests.venue.oracle.reference import Cancel, Reference, Submit
from market_service.venue import matching

#: Histories, and the steps of each.
HISTORIES, STEPS = 15, 500


def compare(seed: int, *, module: ModuleType = matching) -> int:
    """Give the same steps to both; they must agree after every transaction.

    Returns:
        How many trades there were.

    Raises:
        AssertionError: they do not.
    """
    dice = random.Random(seed)
    engine = Engine()
    matched = Matched(Reference(quote=100, house=False), module=module, page=dice.choice([1, 2, 5]))
    for batch in batches(agreed_steps(seed, STEPS), dice.choice([1, 3, 20, 200])):
        for step in batch:
            assert isinstance(step, Submit | Cancel)
            engine.take(step)
        matched.run(batch)
        assert matched.trades == engine.trades
        assert matched.resting == engine.resting
    return len(engine.trades)


def test_random_orders_end_as_in_another_engine() -> None:
    """7,500 steps, from a seed that is printed."""
    seed = int(os.environ.get("BIRZHA_ORACLE_SEED", random.SystemRandom().randrange(10**9)))
    print(f"BIRZHA_ORACLE_SEED={seed}")  # shown when it fails
    trades = sum(compare(seed + number) for number in range(HISTORIES))
    assert trades > HISTORIES * STEPS // 5


@pytest.mark.parametrize(
    "bug",
    [
        "the later of two equal prices first",
        "a new order before a stored one of its price",
        "at the taker's price",
        "a bound is not reached",
        "a page is not read on",
    ],
)
def test_a_bug_is_found_by_the_other_engine_too(bug: str) -> None:
    module = with_bug(BUGS[bug])
    with pytest.raises(AssertionError):
        for number in range(HISTORIES):
            compare(2013 + number, module=module)
