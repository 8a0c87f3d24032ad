"""docs/benchmarks.md, written from docs/benchmarks.json: ``python -m benchmarks.document``.

The goals and their figures come first, on one screen, then each measurement's tables; what bounds it and what
was tried stands in docs/benchmarks-stories.md.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.figures import Figure, Measurement, Run, medians
from compose import written
from compose.local.paths import ROOT

JSON = ROOT / "docs" / "benchmarks.json"
MARKDOWN = ROOT / "docs" / "benchmarks.md"
STORIES = ROOT / "docs" / "benchmarks-stories.md"

#: What a person has to say to a measurement, ``<name>.md``: what bounds it, what was tried.
ANALYSIS = ROOT / "benchmarks" / "analysis"

#: Shares below this part of the whole are left out of a table of processes.
SMALL = 0.005

_HEAD = """\
<!-- Written by `make bench`; do not edit. -->
# Benchmarks

Measured by `make bench` on systems of its own, taken down afterwards. Each value is the median of its runs, \
which stand beside it: a shared machine's
numbers move by tens of percent from minute to minute. Ratios are taken within one run. What bounds each \
figure, and what was tried: [the stories](benchmarks-stories.md).

| Goal | Measured | |
|---|---|---|
"""


_STORIES_HEAD = """\
<!-- Written by `make bench` from benchmarks/analysis/; change them there. -->
# Benchmarks: what bounds them, and what was tried

The figures themselves: [benchmarks.md](benchmarks.md).
"""


def save(results: dict[str, tuple[list[Run], dict[str, str]]]) -> None:
    """Put the runs of some measurements, each with its machine, in place of their older ones."""
    known = _load()
    for name, (runs, machine) in results.items():
        known[name] = {"machine": machine, "runs": [asdict(run) for run in runs]}
    JSON.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for file, text in texts().items():
        file.write_text(text, encoding="utf-8")


def texts() -> dict[Path, str]:
    """The documents, without results that lack a figure: they are of an earlier measurement."""
    from benchmarks.measurements import MEASUREMENTS

    known = _load()
    found = [(m, _runs(known[m.name]), known[m.name]["machine"]) for m in MEASUREMENTS if m.name in known]
    shown = [(m, runs, machine) for m, runs, machine in found if _complete(m, runs)]
    verdicts = "".join(_verdicts(m, runs) for m, runs, _ in shown)
    sections = "".join(_section(m, runs, machine) for m, runs, machine in shown)
    stories = "".join(map(_story, MEASUREMENTS))
    return {MARKDOWN: _HEAD + verdicts + sections, STORIES: _STORIES_HEAD + stories}


def _load() -> dict[str, Any]:
    if not JSON.exists():
        return {}
    known: dict[str, Any] = json.loads(JSON.read_text(encoding="utf-8"))
    return known


def _runs(entry: dict[str, Any]) -> list[Run]:
    return [Run(**run) for run in entry["runs"]]


def _complete(measurement: Measurement, runs: list[Run]) -> bool:
    return all(figure.key in run.values for figure in measurement.figures for run in runs)


def _verdicts(measurement: Measurement, runs: list[Run]) -> str:
    lines = ""
    for figure in measurement.figures:
        if figure.goal is not None:
            value = median(run.values[figure.key] for run in runs)
            verdict = "reached" if figure.goal.reached(value) else "**not reached**"
            what = f"{measurement.name}: {figure.text} {figure.goal} {figure.unit}"
            lines += f"| {what} | {figure.shown(value)} {figure.unit} | {verdict} |\n"
    return lines


def _section(measurement: Measurement, runs: list[Run], machine: dict[str, str]) -> str:
    middle = medians(runs)
    text = f"\n## {measurement.title}\n\n{measurement.about}\n\n"
    text += f"{'Run' if len(runs) == 1 else f'{len(runs)} runs'} of {machine['date']}, "
    text += f"commit {machine['commit']}, {machine['processor']}, {machine['memory']}, "
    text += f"{machine['system']}, {machine['python']}, PostgreSQL {machine['postgresql']}, "
    text += f"Valkey {machine['valkey']}, Envoy {machine['envoy']}, nginx {machine.get('nginx', '–')}. "
    text += "Before it others kept "
    text += f"{machine['busy_before']} of the cores busy.\n\n"
    text += "| | Median | Unit | Runs |\n|---|--:|---|---|\n"
    for figure in measurement.figures:
        text += _row(figure, middle, runs)
    for title, shares in middle.splits.items():
        text += f"\n| {title} | |\n|---|--:|\n"
        text += _shares(shares)
    if _analysis_of(measurement):
        text += (
            f"\n[What bounds it, and what was tried](benchmarks-stories.md#{_anchor(measurement.title)})\n"
        )
    return text


def _story(measurement: Measurement) -> str:
    analysis = _analysis_of(measurement)
    return f"\n## {measurement.title}\n\n{analysis}" if analysis else ""


def _analysis_of(measurement: Measurement) -> str:
    file = ANALYSIS / f"{measurement.name}.md"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _anchor(title: str) -> str:
    """As GitHub makes it of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _row(figure: Figure, middle: Run, runs: list[Run]) -> str:
    every = " · ".join(figure.shown(run.values[figure.key]) for run in runs)
    return f"| {figure.text} | {figure.shown(middle.values[figure.key])} | {figure.unit} | {every} |\n"


def _shares(shares: dict[str, float]) -> str:
    whole = sum(shares.values())
    lines, rest = "", 0.0
    for name, share in shares.items():
        if share < whole * SMALL:
            rest += share
        else:
            lines += f"| {name} | {share:.2f} |\n"
    if rest >= 0.005:
        lines += f"| the others | {rest:.2f} |\n"
    return lines + f"| **all** | {whole:.2f} |\n"


if __name__ == "__main__":
    sys.exit(written.main("benchmarks.document", texts()))
