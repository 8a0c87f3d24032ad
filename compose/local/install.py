"""The Python environment of the project: ``.venv`` with what the lock files name. Standard library only.

A lock is installed once; its SHA-256 is kept beside it, and an unchanged lock is not looked at again.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compose.local.console import CommandError, say, step
from compose.local.locks import LOCKS, whole
from compose.local.paths import ROOT, VENV

OLDEST_PYTHON = (3, 11)
#: What the standard library's module is missing from on some systems, and where it comes from.
NEEDED_MODULES = {
    "ensurepip": "python3-venv",
    "venv": "python3-venv",
    "ssl": "a Python built with OpenSSL",
    "ctypes": "a Python built with libffi",
    "zlib": "a Python built with zlib",
    "lzma": "a Python built with liblzma",
}
#: Bytes that an installation takes: the environment with its wheels while they are unpacked.
NEEDED_SPACE_BYTES = {"local": 1_100_000_000, "observe": 1_100_000_000, "test": 2_100_000_000}
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"


def in_project_venv() -> bool:
    """Whether this process already runs in the project's environment."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def check_python() -> None:
    """Refuse a Python that cannot make the environment.

    Raises:
        CommandError: too old, or a module of the standard library is missing.
    """
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        raise CommandError(
            f"Birzha needs Python 3.11 or newer, and {sys.executable} is {version}: "
            "name another, as in make up PYTHON=python3.12."
        )
    if missing := [name for name in NEEDED_MODULES if importlib.util.find_spec(name) is None]:
        raise CommandError(
            f"{sys.executable} ({version}) lacks the module {missing[0]}: "
            f"install {NEEDED_MODULES[missing[0]]} (on Debian and Ubuntu with apt), then run this again."
        )


def install(lock: str = "local") -> None:
    """Make ``.venv`` and install ``requirements/<lock>.txt`` into it, unless it is there already.

    Args:
        lock: ``local`` to run the system, ``observe`` for its traces, ``test`` to check it as well.

    Raises:
        CommandError: no usable Python, no space, or pip failed; carries pip's reason.
    """
    file = ROOT / "requirements" / f"{lock}.txt"
    digest = _digest(lock)
    with _only_one():
        if not _usable():
            check_python()
            require_space(ROOT, NEEDED_SPACE_BYTES[lock])
            with step(f"creating the Python environment {VENV.name}"):
                _make()
        installed = _stamps()
        if installed.get(lock) == digest:
            return
        require_space(ROOT, NEEDED_SPACE_BYTES[lock] // 2)
        with step(f"installing {file.relative_to(ROOT)}, every file checked by its hash"):
            _pip("install", "--require-hashes", "--no-deps", "--only-binary=:all:", "-r", str(file))
        _note_installed(lock, installed)


def _note_installed(lock: str, known: dict[str, str]) -> None:
    """Write down that a lock is installed, and with it those that it begins with.

    Args:
        known: what was written down before; packages of an older lock may be of another version from here on,
            so that it has to be installed again when it is asked for.
    """
    stamps = {name: stamp if stamp == _digest(name) else "" for name, stamp in known.items() if name in LOCKS}
    while lock:
        if lock in NEEDED_SPACE_BYTES:
            stamps[lock] = _digest(lock)
        lock = LOCKS[lock]
    STAMP.write_text(json.dumps(stamps), encoding="utf-8")


def is_outdated(lock: str) -> bool:
    """Whether something else is installed than ``requirements/<lock>.txt`` says now."""
    return _stamps().get(lock) not in (None, _digest(lock))


def require_space(folder: Path, needed: int) -> None:
    """Refuse to begin on a disk that is as good as full.

    Raises:
        CommandError: less than ``needed`` bytes are free under ``folder``.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CommandError(
            f"The disk is full: {free / 1e6:.0f} MB are free under {folder}, "
            f"and about {needed / 1e6:.0f} MB are needed."
        )


def _usable() -> bool:
    """Whether ``.venv`` has a Python that still runs (its system Python may be gone or replaced)."""
    if not PYTHON.exists() or not (VENV / "pyvenv.cfg").exists():
        return False
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0


def _make() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    result = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, umask=0o022, check=False
    )
    if result.returncode or not PYTHON.exists():
        shutil.rmtree(VENV, ignore_errors=True)
        output = (result.stdout + result.stderr).strip().splitlines() or [f"exit code {result.returncode}"]
        raise CommandError(f"python -m venv failed: {output[-1]}")


def _pip(*arguments: str) -> None:
    argv = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", *arguments]
    result = subprocess.run(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, umask=0o022, check=False
    )
    if result.returncode:
        lines = [line for line in result.stdout.strip().splitlines() if line.strip()]
        errors = [line for line in lines if "ERROR" in line or "No space left" in line] or lines[-1:]
        for line in lines[-15:]:
            say(f"    {line}")
        raise CommandError(
            f"pip could not install the requirements: {errors[-1].strip() if errors else 'no reason given'}"
        )


def _digest(lock: str) -> str:
    return hashlib.sha256(whole(lock).encode()).hexdigest()


def _stamps() -> dict[str, str]:
    try:
        stamps: dict[str, str] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return stamps


@contextmanager
def _only_one() -> Iterator[None]:
    """Two commands at once install one after the other."""
    with locked(ROOT, "another command is installing; waiting for it"):
        yield


@contextmanager
def locked(folder: Path, notice: str) -> Iterator[None]:
    """Hold the lock of a folder; says ``notice`` first when somebody else holds it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"- {notice} ...")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def locked_now(folder: Path) -> Iterator[bool]:
    """Hold the lock of a folder, if nobody else does; returns whether."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)
