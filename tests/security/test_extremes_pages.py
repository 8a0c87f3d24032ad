"""Every address, parameter, form, cookie and header of the pages, given the extremes: never a 5xx.

The routes come from the pages' own urlconf. Sent by :mod:`tests.security.extreme_runs`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.security.prober import ProbeRun, assert_good

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize(
    ("what", "least"),
    [("addresses", 1500), ("forms", 400), ("cookies", 400), ("time zones", 96), ("headers", 250)],
)
def test_pages(extreme_runs: Callable[[str], ProbeRun], what: str, least: int) -> None:
    assert_good(extreme_runs(f"pages: {what}"), least)
