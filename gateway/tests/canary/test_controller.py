"""A canary's whole life under a runner of plain processes, before a real gateway."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.canary import state
from gateway.canary.controller import Controller
from gateway.canary.lifecycle import Canaries
from gateway.canary.runner import Instance
from gateway.canary.serving import NotServing
from gateway.canary.state import Version
from gateway.tests.canary.conftest import Asking, signed_in
from gateway.tests.canary.subprocesses import SubprocessRunner
from gateway.tests.conftest import short_times
from gateway.tests.running import System, made, running
from servicekit.testing.waiting import wait

#: Seconds: a process of Python's starts in one, on a busy machine in ten.
READY_WITHIN_S = 15
CANARY, STABLE = Instance("trading", canary=True), Instance("trading")


@pytest.fixture(scope="module")
def own_system() -> Iterator[System]:
    """A gateway whose trading is the runner's."""
    with (
        tempfile.TemporaryDirectory(prefix="gw") as name,
        running(made(Path(name), short_times, rates=1000)) as system,
    ):
        system.services["trading"].stop()
        yield system


class Life:
    """The canaries of the system, its runner, and a controller that is stepped by hand."""

    def __init__(self, system: System, folder: Path) -> None:
        self.system, self.folder = system, folder
        self.runner = SubprocessRunner(system.run_dir)
        file = folder / "versions.json"
        self.canaries = Canaries(file, system.traffic, self.runner, ready_within_s=READY_WITHIN_S, drain_s=5)
        self.logged: list[str] = []
        self.command_at_work = False
        self.controller = Controller(self.canaries, alone=self._alone, log=self._log)

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        yield not self.command_at_work

    def _log(self, level: str, message: str, **more: Any) -> None:
        self.logged.append(message)

    def version(self, label: str) -> Version:
        """A version that is well."""
        folder = self.folder / label
        folder.mkdir()
        (folder / "failed_events").write_text("0")
        return Version(label, str(folder))

    def versions(self) -> state.Versions:
        return state.read(self.canaries.file)

    def watch_until(self, done: Callable[[], object]) -> float:
        """Let the controller look until then; how many seconds it has waited between its looks."""
        end, waited = time.monotonic() + 60, 0.0
        while not done():
            assert time.monotonic() < end, (self.logged, self.versions())
            pause = min(self.controller.step(), 0.2)
            time.sleep(pause)
            waited += pause
        return waited

    def answers(self, users: int = 60) -> set[str]:
        """The labels of the versions that answer."""
        with self.system.outside() as http:
            found = [http.get("/api/v1/orders", headers=signed_in(f"u{n}")).json() for n in range(users)]
        return {str(answer["service"]) for answer in found}

    def rolled_back(self) -> str:
        """Why the controller has rolled back, if it has."""
        lines = self.versions().history
        return next((line.why for line in lines if line.what == "rolled back by the controller"), "")


@pytest.fixture
def life(own_system: System, tmp_path: Path) -> Iterator[Life]:
    life = Life(own_system, tmp_path)
    first = life.version("first")
    with state.change(life.canaries.file) as written:
        written.set_stable("trading", first)
    life.runner.start(STABLE, first)
    wait(lambda: own_system.run_dir.joinpath("trading.sock").exists())
    yield life
    if life.versions().canaries:
        life.canaries.roll_back("trading", "rolled back", "the test is over")
        life.canaries.end("trading")
    life.runner.stop(STABLE)


def test_one_that_is_well_is_promoted_and_nobody_is_refused(life: Life) -> None:
    second = life.version("second")
    with Asking(life.system) as load:
        life.canaries.start("trading", second, 50)
        assert life.runner.shares == {"trading": 50}
        wait(lambda: life.answers() == {"first", "second"})
        begun = time.monotonic()
        life.watch_until(lambda: time.monotonic() - begun > 2)
        assert (life.logged, life.versions().canaries["trading"].phase) == ([], "serving")
        before = life.canaries.promote("trading")
    assert before["trading"].label == "first"
    assert load.counts.keys() == {"200"}
    assert life.answers() == {"second"}
    assert life.versions().stable_of("trading") == second
    assert list(life.runner.started) == [STABLE]
    assert (life.runner.shares, life.runner.forgotten) == ({}, ["trading"])
    assert "trading-canary" not in clusters(life.system)


def test_one_that_fails_is_rolled_back_and_stopped(life: Life) -> None:
    second = life.version("second")
    life.canaries.start("trading", second, 30)
    with Asking(life.system) as load:
        life.watch_until(lambda: load.counts["200"] > 50)
        Path(second.folder, "failing").touch()
        seconds = life.watch_until(lambda: life.versions().canaries["trading"].phase == "failed")
        life.watch_until(lambda: not life.versions().canaries)
    assert seconds < 5  # however long the machine took to look
    assert "five failures in a row" in life.rolled_back()
    assert load.counts.keys() == {"200"}
    assert life.logged == ["canary rolled back", "canary stopped"]
    assert list(life.runner.started) == [STABLE]
    assert life.answers() == {"first"}


def test_one_whose_process_dies_is_rolled_back(life: Life) -> None:
    life.canaries.start("trading", life.version("second"), 0)
    life.controller.step()
    life.runner.started[CANARY][0].kill()
    life.watch_until(lambda: not life.versions().canaries)
    assert life.rolled_back() == "its process trading-canary died"


def test_one_that_was_started_again_behind_our_back_has_died(life: Life) -> None:
    second = life.version("second")
    life.canaries.start("trading", second, 0)
    life.controller.step()
    life.runner.stop(CANARY)
    life.runner.start(CANARY, second)
    life.watch_until(life.rolled_back)
    assert life.rolled_back() == "its process trading-canary died"


def test_one_that_fails_events_is_rolled_back(life: Life) -> None:
    second = life.version("second")
    life.canaries.start("trading", second, 10)
    life.controller.step()
    Path(second.folder, "failed_events").write_text("3")
    life.watch_until(lambda: not life.versions().canaries)
    assert "failed 3 times to handle an event" in life.rolled_back()


def test_it_is_stopped_only_when_no_command_is_at_work(life: Life) -> None:
    life.canaries.start("trading", life.version("second"), 0)
    life.controller.step()
    life.runner.started[CANARY][0].kill()
    life.command_at_work = True
    life.watch_until(life.rolled_back)
    life.controller.step()
    assert CANARY in life.runner.started
    life.command_at_work = False
    life.watch_until(lambda: CANARY not in life.runner.started)


def test_when_one_never_serves_nothing_is_left_of_any(life: Life) -> None:
    broken = life.version("broken")
    Path(broken.folder, "failing").touch()
    with pytest.raises(
        NotServing, match=rf"trading-canary does not serve after {READY_WITHIN_S} s: /readyz says 500"
    ) as refused:
        life.canaries.start_together({"market": life.version("second"), "trading": broken})
    assert refused.value.processes == ["trading-canary"]
    assert life.versions().canaries == {}
    assert list(life.runner.started) == [STABLE]
    assert "-canary" not in clusters(life.system)
    assert life.answers() == {"first"}


def test_when_one_cannot_take_its_place_the_version_before_is_back(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, second = life.runner.start, life.version("second")

    def start_or_fail(instance: Instance, version: Version) -> None:
        if (instance, version) == (STABLE, second):
            raise OSError("no memory")
        start(instance, version)

    monkeypatch.setattr(life.runner, "start", start_or_fail)
    life.canaries.start("trading", second, 20)
    with Asking(life.system) as load:
        life.watch_until(lambda: load.counts["200"] > 20)
        with pytest.raises(OSError, match="no memory"):
            life.canaries.promote("trading")
        wait(lambda: life.answers() == {"first", "second"})
    assert load.counts.keys() == {"200"}
    assert life.versions().stable_of("trading").label == "first"
    canary = life.versions().canaries["trading"]
    assert (canary.phase, canary.weight) == ("serving", 20)
    assert life.versions().history[-1].what == "promotion failed"


def test_what_an_interrupted_promotion_left_is_undone(life: Life) -> None:
    life.canaries.start("trading", life.version("second"), 0)
    with state.change(life.canaries.file) as written:
        written.canaries["trading"].phase, written.canaries["trading"].weight = "promoting", 100
    life.canaries.apply_shares()
    life.runner.stop(STABLE)
    with Asking(life.system) as load:
        life.watch_until(lambda: load.counts["200"] > 20)
        life.canaries.finish_interrupted()
        wait(lambda: life.answers() == {"first"})
    assert load.counts.keys() == {"200"}
    assert life.versions().canaries == {}


def clusters(system: System) -> str:
    """What Envoy has."""
    with system.through("gateway-admin.sock") as admin:
        return admin.get("/clusters").text
