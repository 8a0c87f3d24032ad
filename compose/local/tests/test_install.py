"""The environment: one clear sentence when it cannot be made; nothing done twice."""

from __future__ import annotations

import collections
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from compose.local import install, locks
from compose.local.console import CommandError
from compose.local.paths import ROOT

Usage = collections.namedtuple("Usage", "total used free")


def test_a_missing_module_is_named_with_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find(name))
    with pytest.raises(CommandError) as caught:
        install.check_python()
    assert "lacks the module ensurepip: install python3-venv" in str(caught.value)


def test_an_old_python_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(CommandError, match=r"needs Python 3\.11 or newer, and .* is 3\.9\.2"):
        install.check_python()


def test_a_full_disk_is_said_before_anything_starts(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9, 5_000_000))
    with pytest.raises(CommandError, match="The disk is full: 5 MB are free"):
        install.require_space(folder, 10**8)


def test_an_unchanged_lock_is_not_installed_again(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    digest = hashlib.sha256(locks.whole("local").encode()).hexdigest()
    stamp = folder / "installed.json"
    stamp.write_text(json.dumps({"local": digest}))
    monkeypatch.setattr(install, "STAMP", stamp)
    monkeypatch.setattr(install, "_pip", lambda *arguments: pytest.fail("pip ran"))
    install.install("local")
    stamp.write_text(json.dumps({"local": "another"}))
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(install, "_pip", lambda *arguments: calls.append(arguments))
    install.install("local")
    assert "--require-hashes" in calls[0]
    assert json.loads(stamp.read_text()) == {"local": digest}


def test_a_lock_is_installed_with_those_that_it_begins_with(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    stamp = folder / "installed.json"
    stamp.write_text(json.dumps({"observe": "of another version"}))
    monkeypatch.setattr(install, "STAMP", stamp)
    monkeypatch.setattr(install, "_pip", lambda *arguments: None)
    install.install("test")
    monkeypatch.setattr(install, "_pip", lambda *arguments: pytest.fail("pip ran"))
    install.install("local")
    assert install.is_outdated("observe"), "packages of it may be of another version now"


def test_what_runs_before_the_environment_needs_only_the_standard_library() -> None:
    code = (
        "import sys; import compose.local.__main__; "
        "outside = {'django', 'psutil', 'redis', 'psycopg2', 'supervisor', 'yaml'} & set(sys.modules); "
        "sys.exit(f'imported {outside}' if outside else 0)"
    )
    subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, check=True)


def test_without_a_new_enough_python_the_launcher_says_so(folder: Path) -> None:
    for name in ("python3", "python3.11", "python"):
        (folder / name).write_text("#!/bin/sh\nexit 1\n")
        (folder / name).chmod(0o755)
    for name in ("dirname", "sh"):
        os.symlink(shutil.which(name) or name, folder / name)
    launcher = str(ROOT / "compose" / "local" / "run")
    result = subprocess.run(
        ["/bin/sh", launcher, "up"], env={"PATH": str(folder)}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "needs Python 3.11 or newer" in result.stderr


def test_every_requirement_is_pinned_with_hashes() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#", "-r "))]
        assert pins
        assert all("==" in pin and pin.endswith("\\") for pin in pins), lock
        assert text.count("--hash=sha256:") >= len(pins)


@pytest.mark.parametrize("lock", locks.LOCKS)
def test_a_lock_holds_only_what_it_adds_to_the_one_that_it_begins_with(lock: str) -> None:
    base = locks.LOCKS[lock]
    base_text = locks.whole(base) if base else ""
    assert (locks.FOLDER / f"{lock}.txt").read_text() == locks.added(locks.whole(lock), base, base_text)
    assert all(pin in locks.whole(lock) for pin in re.findall(r"^.*==.*$", base_text, re.MULTILINE))
