"""`make test`: every check and every test, on a system of its own, which is taken down whatever happens.

First the linters and each package's tests against a real PostgreSQL and Valkey (three of them at a time),
then the whole system on a free port and the tests that cross services. The test system lives in
``.birzha-test`` (BIRZHA_TEST_HOME) and is made anew by every run; its logs stay there afterwards.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from xml.etree import ElementTree

from compose.local import catalogs, commands, install
from compose.local.console import Trouble, say
from compose.local.paths import ROOT, Home
from compose.local.settings import MANY_CUSTOMERS, Settings, free_port
from compose.local.stack import Stack
from compose.system import WEB_SERVERS

#: servicekit's tests use trading's database and its user of Redis, so they are never run beside trading's.
SHARING = ("servicekit", "trading_service")
#: Packages with tests of their own, those that take longest first; those of one inner tuple run one after the
#: other.
PACKAGES = (
    SHARING,
    ("gateway",),
    ("compose",),
    *((service.package,) for service in WEB_SERVERS if service.package not in SHARING),
)
#: It needs the whole system and comes last.
CROSSING = "tests"
#: More than a small machine has cores: the slowest mostly wait.
AT_ONCE = 3
#: Seconds that an interrupted suite may take to stop what it has started.
EXIT_TIMEOUT_S = 30
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Outcome:
    """What a suite came to. ``note`` says why it failed when no single test did."""

    suite: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0
    note: str = ""

    @property
    def good(self) -> bool:
        return not self.failed and not self.note

    def __str__(self) -> str:
        counts = f"{self.passed:>5} passed {self.failed:>3} failed {self.skipped:>3} skipped"
        return f"{self.suite:<22} {counts} {self.seconds:>6.0f} s  {self.note}".rstrip()


def main() -> int:
    """Run everything; returns 0 when all of it is good."""
    for number in (signal.SIGTERM, signal.SIGINT):  # one started in the background would ignore SIGINT
        signal.signal(number, _interrupt)
    home = Home.at(os.environ.get("BIRZHA_TEST_HOME") or ROOT / ".birzha-test")
    with install.locked(ROOT / "tests", "another make test is running here; waiting for it"):
        run = TestRun(Stack(home))
        return run.measure() if sys.argv[1:] == ["--coverage"] else run.run()


class TestRun:
    """One run of everything.

    Attributes:
        outcomes: what the suites came to so far.
        children: the programs under way, ended when the run is interrupted.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.outcomes: list[Outcome] = []
        self.children: set[subprocess.Popen[str]] = set()
        self._runner: tuple[str, ...] = ("pytest",)

    def measure(self) -> int:
        """`make coverage`: each package's tests under coverage, one package at a time; prints the figures."""
        data = self.stack.home.log / "coverage"
        try:
            _renew(self.stack)
            catalogs.compile_changed()
            self.stack.backing_up()
            self._runner = ("coverage", "run", f"--data-file={data}", "-m", "pytest")
            for package in (package for packages in PACKAGES for package in packages):
                self.outcomes.append(self._pytest(package))
            self._program("coverage", "combine", "--quiet", f"--data-file={data}", str(data.parent))
            self._program("coverage", "html", "--quiet", f"--data-file={data}", f"--directory={data}-html")
            self._program("coverage", "report", f"--data-file={data}", "--sort=cover")
        finally:
            self._end_children()
            self.stack.down()
        for outcome in self.outcomes:
            say(str(outcome))
        say(f"Not counted: what runs in other processes. Line by line: {data}-html/index.html")
        return 0 if all(outcome.good for outcome in self.outcomes) else 1

    def run(self) -> int:
        """Run every suite, take the system down, print the summary; returns the exit code."""
        begun, note = time.monotonic(), ""
        try:
            self._every_suite()
        except KeyboardInterrupt:
            note = "interrupted"
        except Trouble as trouble:
            note = str(trouble)
        finally:
            self._end_children()
            try:
                self.stack.down()
            except Trouble as trouble:
                note = note or str(trouble)
            _summary(self.outcomes, note, time.monotonic() - begun)
        return 0 if self.outcomes and not note and all(outcome.good for outcome in self.outcomes) else 1

    def _every_suite(self) -> None:
        _renew(self.stack)
        _find_browser()
        catalogs.compile_changed()
        self.stack.backing_up()
        pool = ThreadPoolExecutor(AT_ONCE)
        try:
            linted = pool.submit(self._note, "lint", lambda: commands.lint() == 0)
            for outcomes in pool.map(self._one_by_one, PACKAGES):
                self.outcomes += outcomes
            linted.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        settings = Settings.read(self.stack.home, MANY_CUSTOMERS | {"BIRZHA_PORT": str(free_port())})
        self._note("make up", lambda: self.stack.up(settings))
        self._note("make demo", lambda: self._program("compose.demo") == 0)
        self.outcomes.append(self._pytest(CROSSING))
        self._note("make check", lambda: self._program("compose.check") == 0)

    def _end_children(self) -> None:
        """End the suites that still run: pytest, interrupted, stops what its tests have started."""
        children = list(self.children)
        for child in children:
            child.send_signal(signal.SIGINT)
        for child in children:
            try:
                child.wait(EXIT_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                child.kill()

    def _note(self, suite: str, check: Callable[[], bool]) -> None:
        begun = time.monotonic()
        good = check()
        seconds = time.monotonic() - begun
        self.outcomes.append(Outcome(suite, passed=int(good), failed=int(not good), seconds=seconds))
        say(str(self.outcomes[-1]))

    def _one_by_one(self, packages: tuple[str, ...]) -> list[Outcome]:
        return [self._pytest(package) for package in packages]

    def _pytest(self, package: str) -> Outcome:
        """One package's tests in a process of their own; prints its output when something failed."""
        log = self.stack.home.log
        report = log / f"tests-{package}.xml"
        begun = time.monotonic()
        with (log / f"tests-{package}.log").open("w+", encoding="utf-8", errors="replace") as file:
            arguments = (package, "-q", f"--junitxml={report}", "-p", "no:cacheprovider")
            code = self._program(*self._runner, *arguments, output=file)
            file.seek(0)
            output = file.read()
        outcome = _counted(package, report, code, time.monotonic() - begun)
        say(str(outcome) if outcome.good else f"{output}\n{outcome}")
        return outcome

    def _program(self, module: str, *arguments: str, output: TextIO | None = None) -> int:
        """Run a module on the test system; returns its exit code."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("BIRZHA_")}
        environment |= {"BIRZHA_HOME": str(self.stack.home.root)}
        argv = [sys.executable, "-m", module, *arguments]
        error = subprocess.STDOUT if output else None
        # Its session is its own, so that Ctrl-C reaches it once, by way of us.
        child = subprocess.Popen(
            argv, cwd=ROOT, env=environment, stdout=output, stderr=error, text=True, start_new_session=True
        )
        self.children.add(child)
        code = child.wait()
        self.children.discard(child)
        return code


def _counted(suite: str, report: Path, code: int, seconds: float) -> Outcome:
    """Read pytest's own report; a run that left none, or no tests at all, is a failure."""
    try:
        counts = ElementTree.parse(report).getroot().find("testsuite")
    except (OSError, ElementTree.ParseError):
        counts = None
    if counts is None:
        return Outcome(suite, seconds=seconds, note=f"pytest ended with {code}")
    total, skipped = int(counts.get("tests", 0)), int(counts.get("skipped", 0))
    failed = int(counts.get("failures", 0)) + int(counts.get("errors", 0))
    note = "" if code == 0 or failed else f"pytest ended with {code}" if total else "no tests"
    return Outcome(suite, total - skipped - failed, failed, skipped, seconds, note)


def _renew(stack: Stack) -> None:
    """Delete the system of the last run.

    Raises:
        Trouble: the folder is something else.
    """
    home = stack.home
    if home.root.exists() and any(home.root.iterdir()):
        if not home.is_for_tests():
            raise Trouble(f"{home.root} is not a test system; name another by BIRZHA_TEST_HOME.")
        stack.reset()


def _find_browser() -> None:
    """The browser tests need a Chromium: as root on Debian it is installed, otherwise this says so."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if os.getuid() == 0 and shutil.which("apt-get"):
        say("- installing chromium with apt-get ...")
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        for argv in (["apt-get", "update", "-qq"], install):
            subprocess.run(argv, env=environment, stdout=subprocess.DEVNULL, check=False)
    if not any(shutil.which(name) for name in BROWSERS):
        line = "!" * 78
        say(
            f"{line}\nThere is no Chromium: THE TESTS IN A REAL BROWSER DO NOT RUN. Install it, for example\n"
            f"with: sudo apt-get install chromium\n{line}"
        )


def _summary(outcomes: list[Outcome], note: str, seconds: float) -> None:
    say("\n" + "=" * 78)
    for outcome in outcomes:
        say(str(outcome))
    if note:
        say(f"stopped: {note}")
    passed, failed = sum(o.passed for o in outcomes), sum(o.failed for o in outcomes)
    bad = [outcome.suite for outcome in outcomes if not outcome.good]
    verdict = f"NOT GOOD: {', '.join(bad) or note.splitlines()[0]}" if bad or note else "all good"
    say(f"{verdict}, after {seconds / 60:.1f} min")
    say(f"{passed} passed, {failed} failed, {sum(o.skipped for o in outcomes)} skipped")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
