"""Which migrations may run beside the version before: the checker, over a real copy and a real database."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from compose.local.canary import actions, migrations, versions
from compose.local.console import CommandError
from compose.local.paths import ROOT
from compose.local.stack import Stack
from compose.system import SERVICES
from gateway.canary import state
from gateway.canary.state import CHECKOUT, Version

NOTIFICATION = next(service for service in SERVICES if service.name == "notification")

HARMLESS = """
migrations.AddField("notification", "muted", models.BooleanField(null=True)),
migrations.AddField("notification", "rank", models.IntegerField(db_default=0)),
migrations.AlterField("notification", "kind", models.CharField(max_length=64, choices=[("a", "b")])),
migrations.AlterField("notification", "request_id", models.TextField(default="")),
migrations.AddIndex("notification", models.Index(fields=["kind"], name="by_kind")),
migrations.CreateModel("Label", [("id", models.BigAutoField(primary_key=True))]),
migrations.AddField("label", "name", models.CharField(max_length=10)),
migrations.RemoveField("label", "name"),
migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("notification", "read_at")]),
"""

#: In the order in which one migration can have them all: what takes a name away comes last.
HARMFUL = {
    'migrations.AddField("notification", "rank", models.IntegerField(default=0))': "NOT NULL column",
    'migrations.AlterField("notification", "order_id", models.UUIDField())': "forbids NULL",
    'migrations.AlterField("notification", "user_id", models.UUIDField(unique=True))': "forbids equal",
    'migrations.AlterField("notification", "kind", models.CharField(max_length=8))': "a column's type",
    'migrations.AlterField("notification", "params", models.TextField())': "a column's type",
    'migrations.RunSQL("SELECT 1")': "needs a mark",
    "migrations.RunPython(migrations.RunPython.noop)": "needs a mark",
    'migrations.RemoveConstraint("notification", "notification_once_per_event_and_channel")': "needs a mark",
    "migrations.SeparateDatabaseAndState("
    'database_operations=[migrations.RemoveField("notification", "read_at")])': "drops a column",
    'migrations.RemoveField("notification", "read_at")': "drops a column",
    'migrations.RenameField("notification", "kind", "sort")': "renames a column",
    'migrations.AlterModelTable("notification", "news")': "renames a table",
    'migrations.RenameModel("Notification", "News")': "renames a table",
    'migrations.DeleteModel("News")': "drops a table",
}


@pytest.fixture(scope="module")
def version(system: Stack) -> Path:
    """A copy of the checkout; the database has run its migrations."""
    made = versions.make(system.home, NOTIFICATION, "")
    system.manage(("notification_service", "migrate", "--verbosity", "0"))
    return Path(made.folder)


def last_of(version: Path) -> str:
    """The newest migration of a version's inbox."""
    folder = version / "notification_service" / "inbox" / "migrations"
    return sorted(path.stem for path in folder.glob("0*.py"))[-1]


@contextmanager
def migration(version: Path, name: str, operations: str, mark: str = "") -> Iterator[None]:
    """One more migration of a version's inbox, after its newest."""
    file = version / "notification_service" / "inbox" / "migrations" / f"{name}.py"
    last = last_of(version)
    file.write_text(
        "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n"
        f"    {mark or 'initial = False'}\n"
        f"    dependencies = [('notification_inbox', {last!r})]\n    operations = [{operations}]\n"
    )
    try:
        yield
    finally:
        file.unlink()


def found(system: Stack, version: Path, operations: str, mark: str = "") -> list[dict[str, str]]:
    """The problems that the checker sees in one more migration with these operations."""
    problems: list[dict[str, str]] = checked(system, version, operations, mark)["problems"]
    return problems


def checked(system: Stack, version: Path, operations: str, mark: str = "") -> dict[str, Any]:
    """What the checker says of one more migration with these operations."""
    with migration(version, "0999_next", operations, mark):
        result = subprocess.run(
            [sys.executable, migrations.__file__, "notification_service"],
            cwd=version,
            env=os.environ | {"BIRZHA_HOME": str(system.home.root)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_what_the_version_before_bears(system: Stack, version: Path) -> None:
    assert found(system, version, HARMLESS) == []


def test_what_it_does_not_bear(system: Stack, version: Path) -> None:
    problems = found(system, version, ", ".join(HARMFUL))
    assert {problem["migration"] for problem in problems} == {"notification_inbox.0999_next"}
    for (operation, reason), problem in zip(HARMFUL.items(), problems, strict=True):
        assert reason in problem["why"], operation


def test_a_mark_says_why_it_bears_sql_but_never_a_lost_column(system: Stack, version: Path) -> None:
    mark = 'backward_compatible = "reads nothing"'
    operations = 'migrations.RunSQL("SELECT 1"), migrations.RemoveField("notification", "read_at")'
    (problem,) = found(system, version, operations, mark)
    assert "drops a column" in problem["why"]


def test_what_drops_a_column_waits_for_the_version_before_to_be_gone(system: Stack, version: Path) -> None:
    drop, mark = 'migrations.RemoveField("notification", "read_at")', 'contract = "nobody reads it any more"'
    answer = checked(system, version, drop, mark)
    assert (answer["problems"], answer["targets"]) == ([], {})
    assert checked(system, version, HARMLESS)["targets"] == {"notification_inbox": "0999_next"}
    with migration(version, "0998_drop", drop, mark):
        (problem,) = found(system, version, "")
    assert "comes after notification_inbox.0998_drop" in problem["why"]


def test_what_this_version_cannot_be_without_does_not_wait(system: Stack, version: Path) -> None:
    operations = {
        'migrations.AddField("notification", "rank", models.IntegerField(null=True))': "have it already",
        'migrations.RenameField("notification", "kind", "sort")': "have it already",
        'migrations.RemoveField("notification", "sort")': "null=True first",
    }
    problems = found(system, version, ", ".join(operations), 'contract = "so it says"')
    for (operation, reason), problem in zip(operations.items(), problems, strict=True):
        assert reason in problem["why"], operation


def test_an_older_version_is_refused_once_what_it_reads_is_gone(
    system: Stack, version: Path, folder: Path
) -> None:
    older, newer = (Version(f"the {name}", str(folder / name)) for name in ("older", "newer"))
    for one in (older, newer):
        shutil.copytree(version, one.folder)
    owner = system.home.root.stat()
    for path in (folder, *folder.rglob("*")):  # made by root, who runs none of it
        os.chown(path, owner.st_uid, owner.st_gid)
    add = 'migrations.AddField("notification", "mood", models.TextField(null=True))'
    drop = 'migrations.RemoveField("notification", "mood")'
    manage = ("notification_service", "migrate", "--verbosity", "0")
    with (
        migration(Path(newer.folder), "0990_mood", add),
        migration(Path(newer.folder), "0991_no_mood", drop, 'contract = "moods are not asked for"'),
    ):
        targets = actions.require_expandable(system, NOTIFICATION, newer)
        assert targets == {"notification_inbox": "0990_mood"}
        actions.expand(system, NOTIFICATION, newer, targets)
        with state.change(system.home.versions) as written:
            written.set_stable("notification", newer)
        actions.require_expandable(system, NOTIFICATION, older)  # it bears what has been run
        system.manage(manage, at=Path(newer.folder))
        try:
            with pytest.raises(CommandError, match=r"inbox\.0991_no_mood, which has been run: moods are not"):
                actions.require_expandable(system, NOTIFICATION, older)
        finally:
            back = (*manage[:2], "notification_inbox", last_of(version), *manage[2:])
            system.manage(back, at=Path(newer.folder))
            with state.change(system.home.versions) as written:
                written.set_stable("notification", CHECKOUT)


def test_a_version_is_a_frozen_copy(system: Stack, folder: Path) -> None:
    first = versions.make(system.home, NOTIFICATION, "")
    assert Path(first.folder).parent == system.home.copies
    assert (Path(first.folder) / "servicekit" / "ids.py").read_bytes() == (
        ROOT / "servicekit" / "ids.py"
    ).read_bytes()
    assert versions.make(system.home, NOTIFICATION, str(ROOT)) == first
    assert versions.make(system.home, NOTIFICATION, "checkout") == CHECKOUT


def test_what_is_no_version_is_said_plainly(system: Stack, folder: Path) -> None:
    with pytest.raises(CommandError, match=r"has no notification_service/config"):
        versions.make(system.home, NOTIFICATION, str(folder))
    with pytest.raises(CommandError, match="neither a folder nor a commit"):
        versions.make(system.home, NOTIFICATION, "no-such-branch")


def test_other_packages_need_a_restart(system: Stack, folder: Path, version: Path) -> None:
    other = folder / "other"
    shutil.copytree(version, other)
    (other / versions.REQUIREMENTS).write_text("django==6.0\n")
    with pytest.raises(CommandError, match="needs other packages"):
        versions.make(system.home, NOTIFICATION, str(other))


def test_a_version_of_git(system: Stack) -> None:
    head = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    if head.returncode:
        pytest.skip("this is no git checkout")
    made = versions.make(system.home, NOTIFICATION, "HEAD")
    assert made == Version(f"{head.stdout[:12]} (HEAD)", str(system.home.copies / head.stdout[:12]))
    assert (Path(made.folder) / "notification_service" / "manage.py").is_file()
