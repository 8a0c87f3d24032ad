"""`make test ONLY=path[::name]`: some tests, at once, on servers that stay up for the next time.

The tests of a package run on a PostgreSQL and a Valkey of their own; those in ``tests/`` that ask for the
system, on a whole one whose services are started anew when their code has changed. Both live beside the
system of a full `make test` (``.birzha-test-kept``) until `make down`.
"""

from __future__ import annotations

import difflib
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from compose.local import catalogs
from compose.local.console import CommandError, say
from compose.local.paths import ROOT, reused_homes
from compose.system import WEB_SERVERS
from compose.system.environment import child_environment

SYSTEM_TESTS = "tests"
#: pytest's exit code for a run in which no test was selected.
NO_TESTS = 5
#: A file and one test in it: only the values in brackets may have blanks, and nothing comes after them.
ONE_TEST = re.compile(r"[^:]+(::[^\s\[]+)+(\[((?!\]\s).)*\])?", re.DOTALL)


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Run what ONLY names, with pytest's arguments in ARGS; returns 0 when all of it passes."""
    wanted = targets(environment.get("ONLY", ""))
    arguments = shlex.split(environment.get("ARGS", ""))
    catalogs.compile_changed()
    codes = [_pytest(package, paths, arguments) for package, paths in by_package(wanted).items()]
    if any(home.is_ours() for home in reused_homes()):
        say("The test servers stay up for the next run; make down stops them.")
    if len(codes) > 1 and not all(code == NO_TESTS for code in codes):
        codes = [code for code in codes if code != NO_TESTS]  # ARGS="-k ..." may pick from one package only
    return next((abs(code) for code in codes if code), 0)  # below zero: ended by a signal


def targets(text: str) -> list[str]:
    """The tests that ONLY names: files, folders or packages, each with ``::name`` if wanted.

    Raises:
        CommandError: nothing is there under one of the names; says what is called alike.
    """
    named = [text] if _is_one(text) else shlex.split(text)
    if not named:
        raise CommandError(
            "ONLY is empty; give a test, as in make test "
            "ONLY=trading_service/tests/orders/test_order_place.py"
        )
    for name in named:
        if not _exists(name):
            raise CommandError(f"There is no {name.partition('::')[0]}.{_suggestion(name)}")
        if _relative_parts(name) == ():
            raise CommandError(
                "ONLY names the whole project; for that run make test. Give a package, a folder or a file."
            )
        if _relative_parts(name) is None:
            raise CommandError(f"{name} is outside of the project {ROOT}.")
    return named


def by_package(named: list[str]) -> dict[str, list[str]]:
    """The same by top folder: each has Django settings of its own, so it is a run of its own."""
    groups: dict[str, list[str]] = {}
    for name in named:
        groups.setdefault((_relative_parts(name) or ("",))[0], []).append(name)
    return groups


def _pytest(package: str, paths: list[str], arguments: list[str]) -> int:
    servers, system = reused_homes()
    home = system if package == SYSTEM_TESTS else servers
    variables = child_environment(home.root, {"BIRZHA_KEEP_SYSTEM": "1"})
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *paths, *arguments]
    child = subprocess.Popen(argv, cwd=ROOT, env=variables)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    interrupted = False
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:  # which pytest has got, too, and ends by
            interrupted = True
            continue
        if interrupted:
            raise KeyboardInterrupt
        return code


def _path(name: str) -> Path:
    return ROOT / name.partition("::")[0]


def _exists(name: str) -> bool:
    return bool(name.strip()) and _path(name).exists()


def _is_one(text: str) -> bool:
    """Whether it is a single name, in which blanks, quotes and backslashes are what they are."""
    return _exists(text) and ("::" not in text or ONE_TEST.fullmatch(text.strip()) is not None)


def _relative_parts(name: str) -> tuple[str, ...] | None:
    """The parts of its path within the project; None outside."""
    path = _path(name).resolve()
    return path.relative_to(ROOT).parts if path.is_relative_to(ROOT) else None


def _suggestion(name: str) -> str:
    folders = [service.package for service in WEB_SERVERS] + [
        SYSTEM_TESTS,
        "servicekit",
        "gateway",
        "compose",
    ]
    files = [
        str(file.relative_to(ROOT))
        for folder in folders
        for file in (ROOT / folder).rglob("test_*.py")
        if "project" not in file.parts
    ]
    wanted = name.partition("::")[0]
    known = {Path(file).name: file for file in files}
    found = difflib.get_close_matches(wanted, [*files, *folders], n=3, cutoff=0.7)
    found += [known[near] for near in difflib.get_close_matches(Path(wanted).name, known, n=3, cutoff=0.8)]
    return f" Is it one of these? {', '.join(dict.fromkeys(found))}" if found else ""


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CommandError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted.")
