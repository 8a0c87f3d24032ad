"""Every list of every admin by every column, and every other address with every kind of id: never a 5xx.

The routes come from the admins' own urlconfs. Sent by :mod:`tests.security.extreme_runs`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.security.extreme_runs import PACKAGES
from tests.security.prober import ProbeRun, assert_good

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("slug", PACKAGES)
def test_lists(extreme_runs: Callable[[str], ProbeRun], slug: str) -> None:
    assert_good(extreme_runs(f"lists: {slug}"), 150)


@pytest.mark.parametrize("slug", PACKAGES)
def test_other_addresses(extreme_runs: Callable[[str], ProbeRun], slug: str) -> None:
    assert_good(extreme_runs(f"others: {slug}"), 200)
