"""Every parameter, field and header of the API, given the extremes of its type: never a 5xx.

The routes are not listed here: they come from each service's OpenAPI document, so that a new one is tried
without anybody's remembering it. Sent by :mod:`tests.security.extreme_runs`.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.security.extreme_runs import PACKAGES
from tests.security.prober import ProbeRun, assert_good

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("slug", PACKAGES)
def test_the_api(extreme_runs: Callable[[str], ProbeRun], slug: str) -> None:
    assert_good(extreme_runs(f"api: {slug}"), 400)


def test_headers(extreme_runs: Callable[[str], ProbeRun]) -> None:
    assert_good(extreme_runs("api: headers"), 250)
