"""What a Python process spends its CPU on: ``python -m benchmarks.sampler trading-worker`` becomes it.

Every few milliseconds a thread watches the CPU clocks of the other threads for a tenth of a
millisecond. Who has been computing for most of it gets a sample for the stack that it then has, so
that waiting costs nothing. On a machine that is busy with other things calls that wait still get more
than their share: the sampler is then let in when the others wait. It looks only while the file
``log/profile.on`` is there, and writes to ``log/profile-<name>-<pid>.txt``, and the
packages also to ``.json``.
"""

from __future__ import annotations

import json
import os
import random
import runpy
import sys
import sysconfig
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

from compose.local.paths import ROOT, Home
from compose.local.processes import command, find

#: Seconds between two samples, on average.
INTERVAL_S = 0.003
#: Seconds that a sample takes, and the share of them that a thread must have used the CPU.
SAMPLE_S, MIN_CPU_SHARE = 0.0001, 0.7
#: Fewer samples are not reported.
MIN_SAMPLES = 20
#: Samples between two reports.
REPORT_EVERY = 500
SWITCH = "profile.on"

_PACKAGES = sysconfig.get_paths()["purelib"]
_LIBRARY = sysconfig.get_paths()["stdlib"]


class Sampler:
    """The thread that looks, and what it has seen: samples by function."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.switch = folder / SWITCH
        self.own: Counter[str] = Counter()
        self.within: Counter[str] = Counter()
        self.packages: Counter[str] = Counter()

    def start(self) -> None:
        """Look, in this process and in those that it forks."""
        os.register_at_fork(after_in_child=self._start)
        self._start()

    def _start(self) -> None:
        # Otherwise a busy thread is only ever seen where it waits: at the end of its computing.
        sys.setswitchinterval(0.00002)
        threading.Thread(target=self._run, name="sampler", daemon=True).start()

    def _run(self) -> None:
        looks, on = 0, False
        while True:
            time.sleep(INTERVAL_S * random.uniform(0.5, 1.5))
            on = self.switch.exists() if looks % 20 == 0 else on
            if on:
                self._look()
            looks += 1
            if looks % REPORT_EVERY == 0 and sum(self.own.values()) > MIN_SAMPLES:
                file = self.folder / f"profile-{self.name}-{os.getpid()}.txt"
                file.write_text(self.report(), encoding="utf-8")
                file.with_suffix(".json").write_text(json.dumps(self.packages), encoding="utf-8")

    def _look(self) -> None:
        before, begun = _spent(), time.perf_counter()
        time.sleep(SAMPLE_S)
        now, frames = _spent(), sys._current_frames()
        enough = (time.perf_counter() - begun) * MIN_CPU_SHARE
        for thread, cpu in now.items():
            if cpu - before.get(thread, cpu) >= enough and thread != threading.get_ident():
                self._book(_stack(frames[thread]), frames[thread].f_code.co_filename)

    def _book(self, stack: list[str], file: str) -> None:
        self.own[stack[0]] += 1
        self.packages[_package(file)] += 1
        self.within.update(set(stack))

    def report(self) -> str:
        """The most expensive packages and functions, for people."""
        whole = sum(self.own.values())
        lines = [f"{self.name} (process {os.getpid()}): {whole} samples"]
        tables = {
            "by package, its own lines": (self.packages, 15),
            "by function, its own lines": (self.own, 30),
            "by function, with all it calls": (self.within, 60),
        }
        for title, (table, most) in tables.items():
            lines.append(f"\n  {title}")
            lines += [f"  {n / whole * 100:6.1f} %  {name}" for name, n in table.most_common(most)]
        return "\n".join(lines) + "\n"


def _spent() -> dict[int, float]:
    """Seconds of CPU by thread. None of them can end while this one holds the interpreter's lock."""
    clocks = {thread: time.pthread_getcpuclockid(thread) for thread in sys._current_frames()}
    return {thread: time.clock_gettime(clock) for thread, clock in clocks.items()}


def _stack(frame: FrameType | None) -> list[str]:
    """The functions of a stack, the innermost first."""
    functions = []
    while frame is not None:
        functions.append(_function(frame))
        frame = frame.f_back
    return functions


def _function(frame: FrameType) -> str:
    code = frame.f_code
    file = code.co_filename.removeprefix(_PACKAGES + "/").removeprefix(_LIBRARY + "/")
    return f"{code.co_qualname} ({file.removeprefix(str(ROOT) + '/')}:{code.co_firstlineno})"


def _package(file: str) -> str:
    """The package that a source file belongs to; a folder below a project package or Django's."""
    for root in (_PACKAGES, str(ROOT)):
        if file.startswith(root + "/"):
            parts = file.removeprefix(root + "/").split("/")
            deep = root != _PACKAGES or parts[0] == "django"
            return ".".join(parts[: 2 if deep else 1]).removesuffix(".py")
    return "Python's own library" if file.startswith(_LIBRARY) else "built in"


def main(name: str) -> None:
    """Become the process ``name`` of the system in BIRZHA_HOME, looked at."""
    home = Home.here()
    _, option, module, *arguments = command(home, find(home, name))
    if option != "-m":
        raise SystemExit(f"{name} is no Python process")
    sys.argv = [module, *arguments]
    Sampler(name, home.log).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1])
