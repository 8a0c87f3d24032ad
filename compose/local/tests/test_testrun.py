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
    return testrun.TestRun(Stack(home), *(Stack(Home.at(folder / name)) for name in ("second", "third")))


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


FAILS_ONCE = """
from pathlib import Path

def test_once() -> None:
    seen = Path(__file__).with_name("seen")
    if not seen.exists():
        seen.touch()
        raise AssertionError("the first time")

def test_good() -> None:
    pass
"""


def test_one_that_passes_the_second_time_is_named_and_stops_nobody(
    run: testrun.TestRun, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = folder / "test_it.py"
    file.write_text(FAILS_ONCE)

    run.suite("compose", str(file))

    assert (run.outcomes[0].good, run.outcomes[0].summary) == (True, "1 flaky, 1 passed")
    assert "AssertionError: the first time" in capfd.readouterr().out
    run._summary("", 1)
    printed = capfd.readouterr().out
    assert "test_it.py::test_once failed, and passed when it was run again" in printed
    assert "1 passed, 0 failed, 1 flaky" in printed


def test_neither_a_failure_of_a_fault_nor_many_are_bad_luck() -> None:
    assert testrun.may_be_flaky(["tests/e2e/test_story.py::test_x"])
    assert not testrun.may_be_flaky(["tests/e2e/test_story.py::test_x", "tests/faults/test_clock.py::test_y"])
    assert not testrun.may_be_flaky(["compose/test_it.py::test_x"] * (testrun.MOST_FLAKY + 1))
