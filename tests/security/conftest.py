"""Somebody to be: the same people as in the tests of what is used as meant; and the runs of extremes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.e2e.conftest import new_person, person, visitor
from tests.e2e.people import Person
from tests.security.extreme_runs import ExtremeRuns
from tests.security.prober import ProbeRun
from tests.system import System

__all__ = ["new_person", "person", "visitor"]


@pytest.fixture(scope="session")
def extreme_runs(
    request: pytest.FixtureRequest, system: System, new_person: Callable[..., Person]
) -> Iterator[Callable[[str], ProbeRun]]:
    """``extreme_runs("api: users")`` → what came of that run; all that are asked for begin together."""
    wanted = {item.path.stem for item in request.session.items}
    runs = ExtremeRuns(system, new_person)
    for name, plan in (
        ("test_extremes_pages", runs.plan_pages),
        ("test_extremes_api", runs.plan_api),
        ("test_extremes_admins", runs.plan_admins),
    ):
        if name in wanted:
            plan()
    runs.begin()
    yield lambda name: runs.runs[name].result()
    runs.end()
