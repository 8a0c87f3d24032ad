"""docs/benchmarks.md says what was measured and which goals were reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import document
from benchmarks.figures import Goal, Run, medians, percentile
from benchmarks.measurements import idle

MACHINE = {
    "date": "2030-01-01 00:00 UTC",
    "commit": "abc1234",
    "processor": "Abacus, 2 cores",
    "memory": "8 GiB",
    "system": "Linux",
    "python": "CPython 3.11",
    "postgresql": "18",
    "valkey": "9",
    "envoy": "1",
    "busy_before": "0.01",
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "JSON", tmp_path / "benchmarks.json")
    monkeypatch.setattr(document, "MARKDOWN", tmp_path / "benchmarks.md")
    monkeypatch.setattr(document, "STORIES", tmp_path / "benchmarks-stories.md")


@pytest.mark.parametrize(("busy", "verdict"), [(2.0, "| reached |"), (4.0, "| **not reached** |")])
def test_the_median_is_held_against_the_goal(busy: float, verdict: str) -> None:
    runs = [Run({"cpu": value}, {"% of one core": {"postgres": value}}) for value in (0.5, busy, 9.0)]

    document.save({"idle": (runs, MACHINE)})

    text = document.MARKDOWN.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("| idle: "))
    assert f"{busy:.2f} % of one core" in row
    assert row.endswith(verdict)
    assert "Abacus, 2 cores" in text
    assert f"0.50 · {busy:.2f} · 9.00" in text


def test_goals_come_first_and_stories_stand_beside() -> None:
    committed = (document.ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    goals, _, tables = committed.partition("\n## ")
    assert len(goals.splitlines()) <= 40

    document.save({"idle": ([Run({"cpu": 1.0}, {})], MACHINE)})

    analysis = (document.ANALYSIS / "idle.md").read_text(encoding="utf-8")
    assert analysis in document.STORIES.read_text(encoding="utf-8")
    assert analysis not in document.MARKDOWN.read_text(encoding="utf-8")
    assert "](benchmarks-stories.md#idle)" in document.MARKDOWN.read_text(encoding="utf-8")
    assert not any(file.read_text(encoding="utf-8") in tables for file in document.ANALYSIS.glob("*.md"))


def test_it_is_written_again_from_its_json() -> None:
    document.save({idle.MEASUREMENT.name: ([Run({"cpu": 1.0}, {})], MACHINE)})
    before = document.MARKDOWN.read_text(encoding="utf-8")
    document.MARKDOWN.unlink()

    assert document.texts()[document.MARKDOWN] == before


def test_what_was_measured_before_a_figure_was_added_is_left_out() -> None:
    document.save(
        {"services": ([Run({"list_direct": 1.0}, {})], MACHINE), "idle": ([Run({"cpu": 1.0})], MACHINE)}
    )

    text = document.MARKDOWN.read_text(encoding="utf-8")
    assert "## Idle" in text
    assert "Birzha's services" not in text


def test_medians_are_taken_by_value_and_by_process() -> None:
    runs = [Run({"x": x}, {"CPU": {"a": x, "b": 10.0}}) for x in (1.0, 5.0, 3.0)]

    assert medians(runs) == Run({"x": 3.0}, {"CPU": {"b": 10.0, "a": 3.0}})


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(number) for number in range(1, 101)]

    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99)) == (50, 99, 7)


def test_a_goal_is_a_bound_from_below_or_above() -> None:
    assert Goal(at_least=3).reached(3)
    assert not Goal(at_least=3).reached(2.9)
    assert Goal(at_most=3).reached(3)
    assert not Goal(at_most=3).reached(3.1)
