"""``python -m compose.check`` as the role ``auditor``: what it prints, and how it ends."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from compose.check.__main__ import main
from compose.check.invariants import INVARIANTS
from compose.check.snapshot import open_snapshot
from compose.check.tests.conftest import owner
from compose.local.paths import Home

_HIDE = "UPDATE notification_inbox_notification SET kind = 'was_' || kind WHERE kind = 'order_rejected'"
_SHOW = "UPDATE notification_inbox_notification SET kind = 'order_rejected' WHERE kind = 'was_order_rejected'"
_BREAK = "UPDATE positions_position SET held_quantity = held_quantity - 1"
_MEND = "UPDATE positions_position SET held_quantity = held_quantity + 1"
_UNBALANCE = "UPDATE ledger_ledgeraccount SET balance = balance + 1 WHERE kind = 'house_cash'"
_BALANCE = "UPDATE ledger_ledgeraccount SET balance = balance - 1 WHERE kind = 'house_cash'"


@pytest.fixture(autouse=True)
def _this_system(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIRZHA_HOME", str(home.root))


@pytest.fixture
def do(home: Home) -> Iterator[object]:
    """``do(service, statement)``: as the owner of the service's tables, committed at once."""
    undo = {_HIDE: _SHOW, _BREAK: _MEND, _UNBALANCE: _BALANCE}
    done: list[tuple[str, str]] = []

    def run(service: str, statement: str) -> None:
        with owner(home, service) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()
        if statement in undo:
            done.append((service, undo[statement]))
        else:
            done.remove((service, statement))

    yield run
    for service, statement in list(done):
        run(service, statement)


def test_a_clean_system(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[: len(INVARIANTS)]] == [[i.id, "ok"] for i in INVARIANTS]
    assert lines[-1] == "22 invariants, no violation."


def test_a_broken_one(do, capsys):
    do("notification", _HIDE)

    assert main(["--wait", "0"]) == 1

    out = capsys.readouterr().out
    assert "I13      1  each execution is in one fill" in out
    assert "the notifications do not agree with the orders that ended otherwise: 1" in out
    assert "notification says nothing" in out
    assert out.endswith("1 violations of I13.\n")


def test_as_json(do, capsys):
    do("trading", _BREAK)

    assert main(["--json", "--wait", "0"]) == 1

    document = json.loads(capsys.readouterr().out)
    assert (document["clean"], document["violations"]) == (False, 1)
    (broken,) = [entry for entry in document["invariants"] if entry["violations"]]
    assert broken["id"] == "I14"
    (check,) = [entry for entry in broken["checks"] if entry["violations"]]
    assert check["sample"][0]["held_quantity"] == 1


def test_some_of_the_invariants(do, capsys):
    do("trading", _BREAK)

    assert main(["--only", "I1", "I15"]) == 0
    assert [line[:3] for line in capsys.readouterr().out.splitlines()[:2]] == ["I1 ", "I15"]


def test_those_that_always_hold_need_no_redis(do, capsys, monkeypatch):
    do("trading", _BREAK)
    monkeypatch.setenv("BIRZHA_REDIS_URL", "unix:///nowhere")

    assert main(["--always"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "10 invariants, no violation."
    assert main(["--only", "I12"]) == 2


def test_a_window_leaves_out_what_was_before_it(do, capsys):
    do("notification", _HIDE)

    assert main(["--wait", "0", "--since", "2026-01-01T00:00"]) == 1
    capsys.readouterr()
    assert main(["--wait", "0", "--since", "2026-01-02T00:00"]) == 0
    lines = capsys.readouterr().out.splitlines()
    without = [line.split()[0] for line in lines if line.split()[1:2] == ["-"]]
    assert without == ["I2", "I15", "I17", "I18", "I19", "I20", "I21", "I22"]
    assert main(["--wait", "0", "--since", "10m"]) == 0
    with pytest.raises(SystemExit):
        main(["--since", "yesterday"])
    assert "must be like 90s" in capsys.readouterr().err


def test_again_and_again_until_something_is_broken(do, capsys):
    looks = []

    def pause(seconds):
        looks.append(seconds)
        if len(looks) == 2:
            do("billing", _UNBALANCE)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compose.check.__main__.time.sleep", pause)
        assert main(["--always", "--every", "2"]) == 1

    assert looks == [2, 2]
    assert "I3 " in capsys.readouterr().out


def test_what_is_on_its_way_is_waited_for(do, capsys):
    do("notification", _HIDE)
    arrives = threading.Timer(1, do, ["notification", _SHOW])
    arrives.start()

    assert main(["--wait", "20"]) == 0
    arrives.join()


def test_what_must_always_hold_is_not_waited_for(do, capsys):
    do("billing", _UNBALANCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compose.check.__main__.time.sleep", lambda _: pytest.fail("it waited"))
        assert main(["--wait", "60"]) == 1


def test_it_can_only_read(home: Home) -> None:
    with (
        open_snapshot() as snapshot,
        snapshot._connections["billing"].cursor() as cursor,
        pytest.raises(psycopg2.errors.ReadOnlySqlTransaction),
    ):
        cursor.execute("DELETE FROM inbox")


def test_no_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BIRZHA_HOME", str(tmp_path))
    assert main([]) == 2
    assert "auditor.env" in capsys.readouterr().err


def test_a_system_that_is_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BIRZHA_DATABASE_HOST", str(tmp_path))
    assert main([]) == 2
    assert "cannot be read" in capsys.readouterr().err
