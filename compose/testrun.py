"""`make test`: every check and every test, on systems of its own, which are taken down whatever happens.

Three suites at a time, the longest first: whole systems on free ports, each with a part of those tests that
cross services; those that need none or start their own; each package's, on a real PostgreSQL and Valkey, and
how much of it they run; the linters. The servers live in ``.birzha-test`` (BIRZHA_TEST_HOME), the systems in
``-2`` to ``-4`` beside it.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, TextIO

from compose.local import catalogs, commands, install
from compose.local.console import CommandError, say
from compose.local.paths import ROOT, Home
from compose.local.settings import MANY_CUSTOMERS, free_port
from compose.local.stack import Stack
from compose.system import WEB_SERVERS
from compose.system.environment import child_environment

#: servicekit's tests use trading's database and its user of Redis, so they are never run beside trading's.
SHARING_A_DATABASE = ("servicekit", "trading_service")
#: Its tests mostly wait, at 0.4 of a core: they run beside those that take turns.
BESIDE = ("gateway",)
#: The packages that take turns, the longest first; those of one inner tuple run one after the other.
SHORT = tuple((service.package,) for service in WEB_SERVERS if service.package not in SHARING_A_DATABASE)
IN_TURN = (SHARING_A_DATABASE, ("compose",), *SHORT)
PACKAGES = (BESIDE, *IN_TURN)
#: They cross services, and need no running system or start one of their own.
STANDALONE = ("tests/contracts", "tests/docs", "tests/tls", "tests/hosts")
#: What crosses services, each part on a whole system of its own: there one after the other, for many stop,
#: freeze, flood or restart a part of it, which would disturb any other.
ON_SYSTEMS = {
    "tests browser, e2e": ("tests/browser", "tests/e2e"),
    "tests canary, faults": ("tests/canary", "tests/faults"),
    "tests security, benchmarks": ("tests/security", "tests/benchmarks"),
}
#: More than a small machine has cores: they often wait. With four of them customers of the fault runs came to
#: trade so little that faults found nobody.
PARALLEL_SUITES = 3
#: Seconds that an interrupted suite may take to stop what it has started.
EXIT_TIMEOUT_S = 30
#: pytest's exit codes after which its last line says what came of the tests: all passed, some failed.
FAILED = 1
CODES_WITH_SUMMARY = (0, FAILED)
#: What it counts in that line.
COUNTED_WORDS = ("passed", "failed", "flaky", "error", "skipped")
#: If no more than so many tests of a suite fail, they are run once more, by themselves.
MOST_FLAKY = 3
#: Their failures stand: what a fault did to the money at its moment is not undone by a second, luckier one.
NEVER_AGAIN = "tests/faults/"


@dataclass(frozen=True)
class Outcome:
    """What a suite came to, in pytest's own words where it was one."""

    suite: str
    good: bool
    seconds: float
    summary: str = ""

    def __str__(self) -> str:
        verdict = "good" if self.good else "NOT GOOD"
        return f"{self.suite:<32} {verdict:<8} {self.seconds:>6.0f} s  {self.summary}".rstrip()


def main() -> int:
    """Run everything; returns 0 when all of it is good."""
    for number in (signal.SIGTERM, signal.SIGINT):  # one started in the background would ignore SIGINT
        signal.signal(number, _interrupt)
    home = Home.at(os.environ.get("BIRZHA_TEST_HOME") or ROOT / ".birzha-test")
    with install.locked(ROOT / "tests", "another make test is running here; waiting for it"):
        systems = [home.root.with_name(f"{home.root.name}-{2 + number}") for number in range(len(ON_SYSTEMS))]
        return TestRun(Stack(home), *(Stack(Home.at(root)) for root in systems)).run()


class TestRun:
    """One run of everything.

    Attributes:
        stack: the servers of the packages' tests.
        systems: whole ones, for each of ``ON_SYSTEMS``.
        starting: held while one of them starts, which keeps every core busy.
        outcomes: what the suites came to so far.
        flaky: the tests that failed once and passed right after.
        covered: a sentence that says how much of the packages their tests have run.
        children: the programs under way, ended when the run is interrupted.
    """

    def __init__(self, stack: Stack, *systems: Stack) -> None:
        self.stack = stack
        self.systems = systems
        self.starting = Lock()
        self.outcomes: list[Outcome] = []
        self.flaky: list[str] = []
        self.covered = ""
        self.children: set[subprocess.Popen[str]] = set()

    def run(self) -> int:
        """Run every suite, take the systems down, print the summary; returns the exit code."""
        begun, note = time.monotonic(), ""
        try:
            self._every_suite()
        except KeyboardInterrupt:
            note = "interrupted"
        except CommandError as error:
            note = str(error)
        finally:
            self._end_children()
            for stack in (self.stack, *self.systems):
                try:
                    stack.down()
                except CommandError as error:
                    note = note or str(error)
            self._summary(note, time.monotonic() - begun)
        return 0 if self.outcomes and not note and all(outcome.good for outcome in self.outcomes) else 1

    def _every_suite(self) -> None:
        for stack in (self.stack, *self.systems):
            _renew(stack)
        self.stack.backing_up()
        self._program("tests.browser.chromium")
        catalogs.compile_changed()
        beside, pool = ThreadPoolExecutor(1), ThreadPoolExecutor(PARALLEL_SUITES)
        try:
            whole = [partial(self._on_a_system, *pair) for pair in zip(self.systems, ON_SYSTEMS, strict=True)]
            longest, *others = (partial(self._one_by_one, packages) for packages in IN_TURN)
            apart = partial(self.suite, "tests apart", *STANDALONE)
            lint = partial(self._note, "lint", lambda: commands.lint() == 0)
            # They begin in this order. One system starts at a time: a third one would wait for two.
            lanes: list[Callable[[], Any]] = [*whole[:2], longest, *whole[2:], apart, *others, lint]
            for one in [beside.submit(self._one_by_one, BESIDE), *map(pool.submit, lanes)]:
                one.result()
            self.covered = self.coverage()
        finally:
            for executor in (beside, pool):
                executor.shutdown(wait=False, cancel_futures=True)

    def _summary(self, note: str, seconds: float) -> None:
        say("\n" + "=" * 78)
        for outcome in self.outcomes:
            say(str(outcome))
        if note:
            say(f"stopped: {note}")
        bad = [outcome.suite for outcome in self.outcomes if not outcome.good]
        verdict = f"NOT GOOD: {', '.join(bad) or note.splitlines()[0]}" if bad or note else "all good"
        say(f"{verdict}, after {seconds / 60:.1f} min")
        summary = " ".join(outcome.summary for outcome in self.outcomes)
        counts = {word: sum(map(int, re.findall(f"([0-9]+) {word}", summary))) for word in COUNTED_WORDS}
        say(", ".join(f"{count} {word}" for word, count in counts.items()))
        for test in self.flaky:
            say(f"FLAKY, to be mended: {test} failed, and passed when it was run again")
        say(self.covered)

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

    def _on_a_system(self, stack: Stack, name: str) -> None:
        """Start a whole system, and run on it the tests that have this name."""
        home = stack.home
        if self._note(f"make up: {name}", partial(self._up, home)):
            if stack is self.systems[0]:
                self._note(f"make demo: {name}", lambda: self._program("compose.demo", home=home) == 0)
            self.suite(name, *ON_SYSTEMS[name], home=home)
            self._note(f"make check: {name}", lambda: self._program("compose.check", home=home) == 0)

    def _up(self, home: Home) -> bool:
        variables = MANY_CUSTOMERS | {"BIRZHA_PORT": str(free_port())}
        with self.starting:  # by its servers alone it becomes a system for tests
            code = self._program("compose.local", "backing", "up", home=home)
            return not (code or self._program("compose.local", "up", output=None, home=home, **variables))

    def _note(self, suite: str, check: Callable[[], bool]) -> bool:
        begun = time.monotonic()
        outcome = Outcome(suite, check(), time.monotonic() - begun)
        self.outcomes.append(outcome)
        say(str(outcome))
        return outcome.good

    def _one_by_one(self, packages: tuple[str, ...]) -> None:
        for package in packages:
            self.measured(package, package)

    def measured(self, package: str, path: str) -> Outcome:
        """The tests at ``path``, and which lines of the package they run."""
        out = str(self.stack.home.log / f"coverage-{package}.json")
        slipcover = ("slipcover", "--json", "--out", out, "--source", f"{package},servicekit", "-m")
        return self.suite(package, path, under=slipcover)

    def suite(
        self, name: str, *arguments: str, under: Sequence[str] = (), home: Home | None = None
    ) -> Outcome:
        """Tests in a process of their own; prints what failed, and keeps the outcome.

        A few that fail are run once more. Those that pass then are flaky: the suite is good, and its summary,
        the output of their failure and the last lines of the run say so.

        Args:
            name: what the summary calls them.
            arguments: pytest's.
            under: the module, with its arguments, that runs pytest's instead of Python.
            home: of the system under test; None: the first.
        """
        log, file_name = (home or self.stack.home).log, f"tests-{re.sub('[ ,]+', '-', name)}"
        cache = log / f"{file_name}.cache"
        run = ("pytest", *arguments, "-q", "-o", f"cache_dir={cache}")
        begun = time.monotonic()
        with (log / f"{file_name}.log").open("w+", encoding="utf-8", errors="replace") as file:
            code = self._program(*under, *run, "--durations=25", output=file, home=home)
            file.seek(0)
            output = file.read().rstrip()
        summary = output.rpartition("\n")[2] if code in CODES_WITH_SUMMARY else f"pytest ended with {code}"
        failed = _failed(cache) if code == FAILED else ()
        if flaky := may_be_flaky(failed) and self._program(*run, "--last-failed", home=home) == 0:
            self.flaky += failed
            summary = summary.replace(" failed", " flaky").replace(" error", " flaky")
        outcome = Outcome(name, code == 0 or flaky, time.monotonic() - begun, summary.partition(" in ")[0])
        self.outcomes.append(outcome)
        say(str(outcome) if code == 0 else f"{output}\n{outcome}")
        return outcome

    def coverage(self) -> str:
        """How much of the packages their tests have run; which lines not is written beside the logs."""
        log = self.stack.home.log
        merged, table = log / "coverage.json", log / "coverage.txt"
        parts = [str(part) for part in sorted(log.glob("coverage-*.json"))]
        with table.open("w", encoding="utf-8") as file:
            if self._program("slipcover", "--merge", *parts, "--out", str(merged), output=file):
                return f"coverage: unknown, see {table}"
        percent = json.loads(merged.read_text(encoding="utf-8"))["summary"]["percent_covered"]
        return f"coverage: the tests of the packages run {percent:.1f} % of their lines; the others: {table}"

    def _program(
        self, module: str, *arguments: str, output: TextIO | None = None, home: Home | None = None, **env: str
    ) -> int:
        """Run a module on a home, the servers' unless it is said, with more variables; its exit code."""
        environment = child_environment((home or self.stack.home).root, env)
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


def _failed(cache: Path) -> tuple[str, ...]:
    """The tests that failed, by pytest's own cache."""
    return tuple(json.loads((cache / "v/cache/lastfailed").read_text(encoding="utf-8")))


def may_be_flaky(failed: Sequence[str]) -> bool:
    """Whether the tests that failed are run again: a few, and none of the faults."""
    return 0 < len(failed) <= MOST_FLAKY and not any(test.startswith(NEVER_AGAIN) for test in failed)


def _renew(stack: Stack) -> None:
    """Delete the system of the last run.

    Raises:
        CommandError: the folder is something else.
    """
    home = stack.home
    if home.root.exists() and any(home.root.iterdir()):
        if not home.is_for_tests():
            raise CommandError(f"{home.root} is not a test system; choose another with BIRZHA_TEST_HOME.")
        stack.reset()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
