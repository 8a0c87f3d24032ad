"""Two versions of trading at once, in a whole system under load: shares, promotion, a bad version."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from compose.local.canary import versions
from compose.local.paths import Home
from compose.system import SERVICES
from tests.canary.conftest import Operator, Trade
from tests.e2e.people import wait
from tests.system import System, latest_action

TRADING = next(service for service in SERVICES if service.name == "trading")

pytestmark = pytest.mark.timeout(900)  # a process that starts takes long on a busy machine

#: At the end of a version's wsgi.py: its API is well until a file says otherwise.
BAD_ANSWERS = """

from pathlib import Path

_well = application


def application(environ, start_response):
    if environ["PATH_INFO"].startswith("/api/") and Path({file!r}).exists():
        raise RuntimeError("this version is bad")
    return _well(environ, start_response)
"""

#: At the end of its orders/handlers.py: so is its worker.
BAD_EVENTS = """

from pathlib import Path

_well = on_holds_placed


@in_batches
def on_holds_placed(messages):
    if Path({file!r}).exists():
        raise RuntimeError("this version is bad")
    _well(messages)
"""

#: What its database has more.
MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", {last!r})]
    operations = [{operation}]
"""
HARMLESS = 'migrations.AddField("order", "note_of_a_canary", models.CharField(max_length=9, null=True))'
HARMFUL = 'migrations.RemoveField("order", "status")'


@pytest.fixture
def folder() -> Iterator[Path]:
    """Below /tmp itself: pytest's own is closed to the system's user."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def version(system: System, folder: Path, name: str, operation: str) -> Path:
    """Another version of trading: a copy with one more migration.

    It answers badly, or fails events, while ``folder`` has a file ``answers`` or ``events``.
    """
    path = folder / "version"
    # made in a home of the test's own: in the system's it would be root's, and nobody else could use it
    shutil.move(versions.make(Home.at(folder / "home"), TRADING, "").folder, path)
    service = path / "trading_service"
    for module, text, name_of_file in (
        ("config/wsgi.py", BAD_ANSWERS, "answers"),
        ("orders/handlers.py", BAD_EVENTS, "events"),
    ):
        with (service / module).open("a") as file:
            file.write(text.format(file=str(folder / name_of_file)))
    migrations = service / "orders" / "migrations"
    last = sorted(file.stem for file in migrations.glob("0*.py"))[-1]
    (migrations / f"{name}.py").write_text(MIGRATION.format(last=last, operation=operation))
    system.give(folder)
    return path


def rolled_back(operator: Operator, since: int) -> str:
    """Why the controller rolled back, if it has since so many lines of history."""
    lines = operator.versions().history[since:]
    return next((line.why for line in lines if line.what == "rolled back by the controller"), "")


def test_versions_change_under_load_and_nobody_notices(
    system: System, operator: Operator, trade: Trade
) -> None:
    with trade:
        operator.canary(30)
        operator.canary(60)
        status = operator.status()
        copy = operator.versions().canaries["trading"].version
        operator.promote()
    assert operator.versions().stable_of("trading") == copy
    assert "60 %" in status
    assert copy.label in status
    assert trade.failed_writes == 0
    trade.must_be_whole()
    promoted = latest_action(system)
    assert (promoted["action"], promoted["object_id"]) == ("canary.promote", "trading")
    assert (promoted["after"]["version"], promoted["actor_name"][:6]) == (copy.label, "shell:")
    operator.canary(10)
    shared = latest_action(system)
    assert (shared["action"], shared["after"]["percent"]) == ("canary.share", 10)
    operator.rollback()
    undone = latest_action(system)
    assert (undone["action"], undone["reason"]) == ("canary.rollback", "make rollback")


def test_a_bad_version_is_rolled_back_at_once(
    system: System, operator: Operator, trade: Trade, folder: Path
) -> None:
    path = version(system, folder, "0900_of_a_canary", HARMLESS)
    with trade:
        for misbehaviour in ("answers", "events"):
            operator.canary(50, str(path))
            since = len(operator.versions().history)
            if misbehaviour == "answers":
                operator.restart_gateway()  # the new Envoy counts from zero
            assert "trading" in operator.versions().canaries, operator.status()
            (folder / misbehaviour).touch()
            wait(lambda since=since: rolled_back(operator, since), f"{misbehaviour} is not rolled back", 120)
            assert rolled_back(operator, since) in operator.status()
            wait(lambda: not operator.versions().canaries, "the canary does not end")
            (folder / misbehaviour).unlink()
    trade.must_be_whole()
    system.check()


def test_a_version_that_the_stable_one_would_not_bear_is_refused(
    system: System, operator: Operator, folder: Path
) -> None:
    path = version(system, folder, "0901_of_a_canary", HARMFUL)
    output = operator.refused("canary", "trading", "--weight", "10", "--version", str(path))
    assert "orders.0901_of_a_canary: Remove field status from order: drops a column" in output
    assert "trading" not in operator.versions().canaries


def test_what_makes_no_sense_is_said_plainly(operator: Operator) -> None:
    assert "must be one of user, market" in operator.refused("canary", "tradign", "--weight", "10")
    assert "whole number of percent" in operator.refused("canary", "trading", "--weight", "101")
    assert "has no canary" in operator.refused("promote", "trading")
    assert "has no canary" in operator.refused("rollback", "trading")
