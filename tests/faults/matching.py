"""The matcher beside a plain reference book, over far more orders than a test has time for."""

from __future__ import annotations

import time
from types import ModuleType

from compose.local.console import say
from market_service.tests.venue.oracle.harness import compare_histories
from market_service.venue import matching


def matches(seed: int, steps: int, *, module: ModuleType = matching) -> bool:
    """Give both so many random steps, and tell in a line what it came to, or how it is repeated.

    Returns:
        Whether both made the same of them.
    """
    begun = time.monotonic()
    try:
        trades = compare_histories(seed, steps, module=module)
    except AssertionError as error:
        say(f"seed {seed:>6}  BROKEN  the matcher and a plain book differ: {error}")
        again = "python -m pytest market_service/tests/venue/test_matching_oracle.py"
        say(f"\nAgain: {' '.join(error.__notes__)} {again}\n")
        return False
    say(
        f"seed {seed:>6}  good  {time.monotonic() - begun:4.1f} s  the matcher makes of {steps:,} steps "
        f"what a plain book makes: {trades:,} trades"
    )
    return True
