"""Which migrations may run beside the version before: the checker, over a real copy and a real database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from compose.local.canary import migrations, versions
from compose.local.console import CommandError
from compose.local.paths import ROOT
from compose.local.stack import Stack
from compose.system import SERVICES
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

HARMFUL = {
    'migrations.RemoveField("notification", "read_at")': "drops a column",
    'migrations.RenameField("notification", "kind", "sort")': "renames a column",
    'migrations.RenameModel("Notification", "News")': "renames a table",
    'migrations.DeleteModel("Notification")': "drops a table",
    'migrations.AlterModelTable("notification", "news")': "renames a table",
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
}


@pytest.fixture(scope="module")
def version(system: Stack) -> Path:
    """A copy of the checkout; the database has run its migrations."""
    made = versions.make(system.home, NOTIFICATION, "")
    system.manage(("notification_service", "migrate", "--verbosity", "0"))
    return Path(made.folder)


def found(system: Stack, version: Path, operations: str, mark: str = "") -> list[dict[str, str]]:
    """What the checker says of one more migration with these operations."""
    file = version / "notification_service" / "inbox" / "migrations" / "0999_next.py"
    last = sorted(path.stem for path in file.parent.glob("0*.py") if path != file)[-1]
    file.write_text(
        "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n"
        f"    {mark or 'initial = False'}\n"
        f"    dependencies = [('notification_inbox', {last!r})]\n    operations = [{operations}]\n"
    )
    try:
        result = subprocess.run(
            [sys.executable, migrations.__file__, "notification_service"],
            cwd=version,
            env=os.environ | {"BIRZHA_HOME": str(system.home.root)},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        file.unlink()
    assert result.returncode == 0, result.stderr
    answer: list[dict[str, str]] = json.loads(result.stdout)
    return answer


def test_what_the_version_before_bears(system: Stack, version: Path) -> None:
    assert found(system, version, HARMLESS) == []


def test_what_it_does_not_bear(system: Stack, version: Path) -> None:
    for operation, reason in HARMFUL.items():
        (problem,) = found(system, version, operation)
        assert problem["migration"] == "notification_inbox.0999_next"
        assert reason in problem["why"], operation


def test_a_mark_says_why_it_bears_sql_but_never_a_lost_column(system: Stack, version: Path) -> None:
    mark = 'backward_compatible = "reads nothing"'
    operations = 'migrations.RunSQL("SELECT 1"), migrations.RemoveField("notification", "read_at")'
    (problem,) = found(system, version, operations, mark)
    assert "drops a column" in problem["why"]


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
    import shutil

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
