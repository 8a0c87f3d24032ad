"""A canary's whole life under a runner of plain processes, before a real gateway."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.canary import state
from gateway.canary.controller import Controller
from gateway.canary.lifecycle import Canaries, NotServing
from gateway.canary.runner import Instance
from gateway.canary.state import Version
from gateway.tests.canary.conftest import Asking, signed_in
from gateway.tests.canary.subprocesses import SubprocessRunner
from gateway.tests.conftest import short_times
from gateway.tests.running import System, made, running

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
    wait_for(lambda: own_system.run_dir.joinpath("trading.sock").exists())
    yield life
    if life.versions().canaries:
        life.canaries.roll_back("trading", "rolled back", "the test is over")
        life.canaries.end("trading")
    life.runner.stop(STABLE)


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_one_that_is_well_is_promoted_and_nobody_is_refused(life: Life) -> None:
    second = life.version("second")
    with Asking(life.system) as load:
        life.canaries.start("trading", second, 50)
        assert life.runner.shares == {"trading": 50}
        wait_for(lambda: life.answers() == {"first", "second"})
        begun = time.monotonic()
        life.watch_until(lambda: time.monotonic() - begun > 2)
        assert (life.logged, life.versions().canaries["trading"].phase) == ([], "serving")
        old, new = life.canaries.promote("trading")
    assert (old.label, new) == ("first", second)
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


def test_one_that_never_serves_leaves_nothing(life: Life) -> None:
    broken = life.version("broken")
    Path(broken.folder, "failing").touch()
    with pytest.raises(
        NotServing, match=rf"trading-canary does not serve after {READY_WITHIN_S} s: /readyz says 500"
    ) as refused:
        life.canaries.start("trading", broken, 10)
    assert refused.value.processes == ["trading-canary"]
    assert life.versions().canaries == {}
    assert list(life.runner.started) == [STABLE]
    assert "trading-canary" not in clusters(life.system)
    assert life.answers() == {"first"}


def test_a_promotion_that_fails_leaves_all_as_it_was(life: Life) -> None:
    second = life.version("second")
    life.canaries.start("trading", second, 40)
    Path(second.folder, "failing").touch()  # what serves fails too, and its reads go to the stable version
    with pytest.raises(NotServing):
        replace(life.canaries, ready_within_s=2).promote("trading")
    Path(second.folder, "failing").unlink()
    versions = life.versions()
    assert versions.stable_of("trading").label == "first"
    assert (versions.canaries["trading"].weight, versions.canaries["trading"].phase) == (40, "serving")
    assert versions.history[-1].what == "promotion failed"
    assert life.runner.started[STABLE][1].label == "first"


def clusters(system: System) -> str:
    """What Envoy has."""
    with system.through("gateway-admin.sock") as admin:
        return admin.get("/clusters").text
