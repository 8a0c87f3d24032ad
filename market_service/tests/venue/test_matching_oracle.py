"""Given any orders, then the matcher makes of them what a plain order book makes, or it would be seen."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market_service.tests.venue.oracle.harness import compare
from market_service.tests.venue.oracle.reference import Step
from market_service.tests.venue.oracle.steps import random_steps, steps
from market_service.venue import matching

#: Of all steps of a run; ``BIRZHA_ORACLE_STEPS=200000`` for a long one.
STEPS = int(os.environ.get("BIRZHA_ORACLE_STEPS", "24000"))

#: Steps of one history, so that a failure says a short one.
HISTORY = 400


def test_random_orders_end_as_in_a_plain_book() -> None:
    """More than 20,000 orders, from a seed that is printed."""
    seed = int(os.environ.get("BIRZHA_ORACLE_SEED", random.SystemRandom().randrange(10**9)))
    print(f"BIRZHA_ORACLE_SEED={seed}")  # shown when it fails
    trades = 0
    for number in range(STEPS // HISTORY):
        dice = random.Random(seed + number)
        trades += compare(
            random_steps(seed + number, HISTORY),
            size=dice.choice([1, 3, 20, 200]),
            page=dice.choice([1, 2, 5]),
            lot=dice.choice([1, 1, 4]),
            available=dice.choice([5, 60]),
        )
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


_REACHED = "if maker.rank > bound:"
_BEFORE = "house_rank < maker.rank:\n                self._buy_or_sell"
_OWN = "if maker.user_id == order.user_id:\n                order.end"
_HALT = 'if self.trading != "open":\n            order.end'

#: Name → what is changed in the matcher's source: each a mistake that somebody could make.
BUGS = {
    "the later of two equal prices first": ("insort_right(self._fresh", "insort_left(self._fresh"),
    "a new order before a stored one of its price": ("old.rank <= new.rank", "old.rank < new.rank"),
    "the house before customers at its price": (_BEFORE, _BEFORE.replace("<", "<=")),
    "at the taker's price": ("maker.remaining), maker.price)", "maker.remaining), order.price)"),
    "customers trade with themselves": (_OWN, _OWN.replace("maker.user_id == order.user_id", "False")),
    "a bound is not reached": (_REACHED, _REACHED.replace("> bound", ">= bound")),
    "fok counts the house again and again": ("found, offer = found + offer, 0", "found = found + offer"),
    "the house sells odd lots": ("self.available - self.available % self.lot", "self.available"),
    "ioc rests": ('("day", "gtc")', '("day", "gtc", "ioc")'),
    "the house meets no sells": ("for side in (BUY, SELL):", "for side in (BUY,):"),
    "a page is not read on": ("self._stored.extend(page)", "return False"),
    "a halt lets orders in": (_HALT, _HALT.replace('!= "open"', '== "closed"')),
}


def with_bug(replaced: tuple[str, str]) -> ModuleType:
    """The matcher with one place of its source changed: a package of its own beside the real one."""
    before, after = replaced
    folder, name = Path(matching.__file__).parent, "matching_with_a_bug"
    sources = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    assert sum(source.count(before) for source in sources.values()) == 1, before
    for part in ("orders", "house", "side", "book", "__init__"):
        code = sources[part].replace(before, after).replace(matching.__name__, name)
        code = code.replace("import insort_right", "import insort_left, insort_right")
        module = ModuleType(name if part == "__init__" else f"{name}.{part}")
        sys.modules[module.__name__] = module  # for the parts that import it
        exec(compile(code, module.__name__, "exec"), module.__dict__)
    return module


def histories(seed: int) -> Sequence[list[Step]]:
    return [random_steps(seed + number, HISTORY) for number in range(24)]


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_is_found(bug: str) -> None:
    module = with_bug(BUGS[bug])
    with pytest.raises(AssertionError):
        for number, history in enumerate(histories(2013)):
            size, lot, available = [1, 20][number % 2], [1, 4][number // 2 % 2], [5, 60][number // 4 % 2]
            compare(history, size=size, page=2, lot=lot, available=available, module=module)
