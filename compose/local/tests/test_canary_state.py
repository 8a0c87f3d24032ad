"""versions.json, the shares that follow it, and what a start makes of an interrupted command."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from compose.local.canary import upgrade
from compose.local.canary.supervised import canaries_of
from compose.local.paths import ROOT, Home
from compose.system import WEB_SERVERS
from gateway.canary import state
from gateway.canary.state import CHECKOUT, Canary, Version

NEW = Version("copy 1 of the checkout", "/somewhere")


@pytest.fixture
def home(folder: Path) -> Home:
    home = Home.at(folder / "home")
    home.create()
    return home


def canary_of_trading(home: Home, phase: str, weight: int) -> None:
    with state.change(home.versions) as versions:
        versions.canaries["trading"] = Canary(NEW, weight, phase)
    canaries_of(home).apply_shares()


def turns(home: Home) -> list[float]:
    return [float(home.lease_file(name).read_text()) for name in ("trading-worker", "trading-canary-worker")]


def weights(home: Home) -> dict[str, int]:
    document = json.loads((home.etc / "gateway" / "rtds" / "weights.json").read_text())
    layer: dict[str, int] = document["resources"][0]["layer"]
    return layer


def test_without_the_file_everything_runs_the_checkout(home: Home) -> None:
    versions = state.read(home.versions)
    assert versions.stable_of("trading") == CHECKOUT
    assert versions.weights() == {}


def test_what_is_written_is_read(home: Home) -> None:
    with state.change(home.versions) as versions:
        versions.stable["web"] = NEW
        versions.canaries["trading"] = Canary(NEW, 30, "serving", state.now())
        versions.note("trading", "canary started", "30 %")
    assert state.read(home.versions) == versions


def test_nothing_is_written_when_a_change_fails(home: Home) -> None:
    with pytest.raises(RuntimeError), state.change(home.versions) as versions:
        versions.stable["web"] = NEW
        raise RuntimeError
    assert not home.versions.exists()


def test_changes_at_once_are_all_kept(home: Home) -> None:
    def note(number: int) -> None:
        with state.change(home.versions) as versions:
            versions.note("trading", f"{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note, range(40)))
    history = state.read(home.versions).history
    assert sorted(int(line.what) for line in history) == list(range(40))


def test_requests_and_events_are_shared_alike(home: Home) -> None:
    canary_of_trading(home, "serving", 30)
    assert turns(home) == [7, 3]
    assert weights(home)["canary.trading.trading"] == 70
    assert weights(home)["canary.trading.trading-canary-share"] == 30
    canaries_of(home).runner.forget("trading")
    assert not home.lease_file("trading-worker").exists()


@pytest.mark.parametrize("phase", ["starting", "failed"])
def test_a_start_forgets_a_canary_that_was_not_there_yet_or_no_more(home: Home, phase: str) -> None:
    canary_of_trading(home, phase, 0)
    canaries_of(home).recover()
    versions = state.read(home.versions)
    assert versions.canaries == {}
    assert phase in versions.history[-1].why
    assert weights(home) == {}
    assert not home.lease_file("trading-worker").exists()


@pytest.mark.parametrize("phase", ["serving", "promoting"])
def test_a_start_goes_on_with_one_that_serves(home: Home, phase: str) -> None:
    canary_of_trading(home, phase, 100)
    canaries_of(home).recover()
    assert state.read(home.versions).canaries["trading"] == Canary(NEW, 100, "serving")
    assert weights(home)["canary.trading.trading"] == 0


def test_after_an_upgrade_that_failed_a_process_that_starts_anew_takes_nothing_of_the_new_version(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    commit = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    if not commit:
        pytest.skip("this is no git checkout")
    with state.change(home.versions) as written:
        written.started = {each.name: commit for each in WEB_SERVERS}

    with pytest.raises(RuntimeError, match="does not serve"), upgrade.as_it_was(home, canaries_of(home)):
        raise RuntimeError("trading-canary does not serve")

    now = state.read(home.versions)
    assert {now.stable_of(each.name).label for each in WEB_SERVERS} == {commit}
    assert "a copy from now on" in capsys.readouterr().out
