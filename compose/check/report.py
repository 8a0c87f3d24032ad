"""Showing what was found: for a person, or as JSON."""

from __future__ import annotations

import json
from typing import Any

from compose.check.model import SAMPLE, Finding, Result


def as_text(results: list[Result]) -> str:
    """A line per invariant, "-" for one not looked at; below a broken one what is wrong, with a few rows."""
    lines = []
    for result in results:
        verdict = str(result.count or "ok") if result.findings else "-"
        lines.append(f"{result.invariant.id:<4}{verdict:>6}  {result.invariant.title}")
        for finding in result.findings:
            lines.extend(_finding(finding))
    broken = [result for result in results if result.count]
    total = sum(result.count for result in broken)
    if broken:
        names = ", ".join(result.invariant.id for result in broken)
        lines.append(f"\n{total} violations of {names}.")
    else:
        looked_at = sum(bool(result.findings) for result in results)
        lines.append(f"\n{looked_at} invariants, no violation.")
    return "\n".join(lines)


def _finding(finding: Finding) -> list[str]:
    if not finding.count:
        return []
    lines = [f"{'':12}{finding.check.name}: {finding.count}"]
    lines += [f"{'':14}{_row(row)}" for row in finding.sample]
    if finding.count > SAMPLE:
        lines.append(f"{'':14}… and {finding.count - SAMPLE} more")
    return lines


def _row(row: dict[str, Any] | None) -> str:
    if row is None:
        return "nothing"
    parts = []
    for name, value in row.items():
        if isinstance(value, dict) or (value is None and len(row) == 2):
            parts.append(f"{name} says {_row(value)}")
        else:
            parts.append(f"{name}={value}")
    return " ".join(parts)


def as_json(results: list[Result]) -> str:
    """An object: ``clean``, ``violations`` in all, and ``invariants``, each with its checks and samples."""
    total = sum(result.count for result in results)
    document = {
        "clean": total == 0,
        "violations": total,
        "invariants": [
            {
                "id": result.invariant.id,
                "title": result.invariant.title,
                "violations": result.count,
                "checks": [
                    {"name": f.check.name, "violations": f.count, "sample": f.sample} for f in result.findings
                ],
            }
            for result in results
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2, default=str)
