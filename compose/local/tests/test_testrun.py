"""`make test`: what it says of a suite, and of the lines that the tests run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compose import testrun
from compose.local.paths import Home
from compose.local.stack import Stack

pytestmark = pytest.mark.timeout(400)  # each starts pytest anew


@pytest.fixture
def run(folder: Path) -> testrun.TestRun:
    home = Home.at(folder / "home")
    home.create(for_tests=True)
    return testrun.TestRun(Stack(home), Stack(Home.at(folder / "second")))


def test_a_suite_is_measured_while_it_runs(run: testrun.TestRun) -> None:
    outcome = run.measured("compose", "compose/local/tests/test_public.py")

    log = run.stack.home.log
    found = json.loads((log / "coverage-compose.json").read_text())["files"]
    assert (outcome.suite, outcome.good) == ("compose", True)
    assert " passed" in outcome.summary
    assert found["compose/local/public.py"]["summary"]["percent_covered"] > 50
    assert found["compose/events/watch.py"]["executed_lines"] == []
    assert not any("/tests/" in file or "/testing/" in file for file in found)
    assert run.coverage().startswith("coverage: the tests of the packages run ")
    assert "compose/local/public.py" in (log / "coverage.txt").read_text()


@pytest.mark.parametrize(
    ("test", "summary"),
    [
        ("def test_bad() -> None:\n    assert False\n", "1 failed"),
        ("", "pytest ended with 5"),
        ("import os\n\ndef test_killed() -> None:\n    os.abort()\n", "pytest ended with -6"),
    ],
)
def test_a_suite_that_does_not_pass_is_not_good(
    test: str, summary: str, run: testrun.TestRun, folder: Path
) -> None:
    file = folder / "test_it.py"
    file.write_text(test)

    outcome = run.suite("compose", str(file))

    assert not outcome.good
    assert outcome.summary.startswith(summary)
