"""Given any orders, then the matcher makes of them what a plain order book makes, or it would be seen."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market_service.tests.venue.oracle.bugs import BUGS, with_bug
from market_service.tests.venue.oracle.harness import HISTORY, compare, compare_histories
from market_service.tests.venue.oracle.reference import Step
from market_service.tests.venue.oracle.steps import random_steps, steps

#: Of all steps of a run; ``BIRZHA_ORACLE_STEPS=200000`` for a long one.
STEPS = int(os.environ.get("BIRZHA_ORACLE_STEPS", "24000"))


def test_random_orders_end_as_in_a_plain_book() -> None:
    """More than 20,000 orders, from a seed that is printed."""
    seed = int(os.environ.get("BIRZHA_ORACLE_SEED", random.SystemRandom().randrange(10**9)))
    print(f"BIRZHA_ORACLE_SEED={seed}")  # shown when it fails
    trades = compare_histories(seed, STEPS)
    assert trades > STEPS // 5


@settings(
    max_examples=100, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow],
    database=None,
)  # fmt: skip
@given(
    history=steps(),
    size=st.sampled_from([1, 3, 40]),
    page=st.sampled_from([1, 3]),
    lot=st.sampled_from([1, 4]),
)
def test_histories_that_hypothesis_makes_and_shrinks(
    history: list[Step], size: int, page: int, lot: int
) -> None:
    compare(history, size=size, page=page, lot=lot)


def histories(seed: int) -> Sequence[list[Step]]:
    return [random_steps(seed + number, HISTORY) for number in range(24)]


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_is_found(bug: str) -> None:
    module = with_bug(BUGS[bug])
    with pytest.raises(AssertionError):
        for number, history in enumerate(histories(2013)):
            size, lot, available = [1, 20][number % 2], [1, 4][number // 2 % 2], [5, 60][number // 4 % 2]
            compare(history, size=size, page=2, lot=lot, available=available, module=module)
