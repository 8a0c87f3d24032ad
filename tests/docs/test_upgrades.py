"""The table of versions in docs/upgrade.md says what each version's databases have."""

from __future__ import annotations

import ast
import re
import subprocess
from dataclasses import dataclass

from compose.local.paths import ROOT
from compose.system import SERVICES

_ROW = re.compile(r"^\| ([^|]+) \| (?:`([0-9a-f]{8})`|not yet) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_MIGRATION = re.compile(r"(\w+)\.(\d{4}\w+)")


@dataclass(frozen=True)
class Release:
    """A row.

    Attributes:
        version: its number.
        commit: "" of what is not released yet.
        migrations: since the release below, as ``app.0001_initial``; the app as its folder is called.
        waiting: those of them that run last.
    """

    version: str
    commit: str
    migrations: frozenset[str]
    waiting: frozenset[str]


def releases() -> list[Release]:
    """The rows, the newest first."""
    table = (ROOT / "docs" / "upgrade.md").read_text(encoding="utf-8")
    return [
        Release(version, commit, _names(new), _names(waiting))
        for version, commit, new, waiting in _ROW.findall(table)
    ]


def _names(cell: str) -> frozenset[str]:
    return frozenset(".".join(found) for found in _MIGRATION.findall(cell))


def migrations_of(paths: list[str]) -> set[str]:
    """The migrations among the paths of files."""
    packages = "|".join(("servicekit", *(service.package for service in SERVICES)))
    pattern = re.compile(rf"^(?:{packages})/(?:\w+/)*(\w+)/migrations/(\d{{4}}\w+)\.py$")
    return {".".join(found.groups()) for path in paths if (found := pattern.match(path))}


def test_the_newest_row_has_what_was_added_since_the_release_below_it():
    newest, before, *_ = releases()
    here = migrations_of([str(path.relative_to(ROOT)) for path in ROOT.glob("*/**/migrations/0*.py")])
    ours = ("-c", f"safe.directory={ROOT}", "-C", str(ROOT))
    command = ("git", *ours, "ls-tree", "-r", "--name-only", before.commit)
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert newest.commit == "", "what is being worked on has no commit yet"
    if listed.returncode:  # a clone without history: what can be seen is that none of them is made up
        assert newest.migrations <= here
        return
    assert newest.migrations == here - migrations_of(listed.stdout.splitlines())


def test_those_that_wait_are_those_that_say_so():
    marked: set[str] = set()
    for path in ROOT.glob("*/**/migrations/0*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and "contract" in {
                getattr(one, "id", "") for one in node.targets
            }:
                marked |= migrations_of([str(path.relative_to(ROOT))])
    assert {name for release in releases() for name in release.waiting} == marked
