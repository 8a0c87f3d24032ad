"""The lock files of requirements/. Each begins with another and adds to it: a package stands once.

Standard library only.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import venv
from pathlib import Path

from compose.local.console import CommandError, step
from compose.local.paths import ROOT

FOLDER = ROOT / "requirements"
#: Lock → the one that it begins with; that stands before it.
LOCKS = {
    "services": "",
    "observe": "services",
    "docker": "observe",
    "messengers": "services",
    "local": "services",
    "test": "local",
}

_PACKAGE = re.compile(r"^(?P<pin>[a-z0-9.-]+==.*)(?:\n    .*)*\n", re.MULTILINE)
_RULES = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate", "--upgrade")


def whole(lock: str) -> str:
    """All that a lock installs as one file, the packages from A to Z."""
    base = LOCKS[lock]
    text = (FOLDER / f"{lock}.txt").read_text(encoding="utf-8").replace(_first_line(base), "")
    packages = {**_packages(whole(base)), **_packages(text)} if base else _packages(text)
    return _header(text) + "".join(packages[pin] for pin in sorted(packages, key=_name))


def added(text: str, base: str, base_text: str) -> str:
    """What stands in a lock's file.

    Args:
        text, base_text: all that it installs, and all that the one does with which it begins.
        base: that one's name; "" for none.
    """
    known = _packages(base_text)
    own = "".join(lines for pin, lines in _packages(text).items() if pin not in known)
    return _header(text) + _first_line(base) + own


def lock() -> None:
    """`make lock`: the newest versions that fit requirements/*.in, for every platform, with hashes.

    The resolver, uv, is no part of the project: it comes into a folder that is thrown away.

    Raises:
        CommandError: something cannot be resolved; uv has said what.
    """
    with tempfile.TemporaryDirectory(prefix="birzha-lock-") as name:
        folder = Path(name)
        venv.create(folder, with_pip=True)
        python = str(folder / "bin" / "python")
        with step("fetching uv"):
            subprocess.run([python, "-m", "pip", "install", "--quiet", "uv"], check=True)
        texts = {"": ""}
        for lock, base in LOCKS.items():
            source, target = f"requirements/{lock}.in", folder / f"{lock}.txt"
            within = ["--constraint", str(folder / f"{base}.txt")] if base else []
            with step(f"resolving {source}"):
                command = [python, "-m", "uv", "pip", "compile", source, "-o", str(target), "--quiet"]
                environment = os.environ | {"UV_CUSTOM_COMPILE_COMMAND": "make lock"}
                argv = [*command, *_RULES, *within]
                if subprocess.run(argv, cwd=ROOT, env=environment, check=False).returncode:
                    raise CommandError(f"{source} could not be locked.")
            texts[lock] = target.read_text(encoding="utf-8")
        for lock, base in LOCKS.items():
            (FOLDER / f"{lock}.txt").write_text(added(texts[lock], base, texts[base]), encoding="utf-8")


def _packages(text: str) -> dict[str, str]:
    """Name, version and on which systems → that and its hashes."""
    return {found["pin"]: found[0] for found in _PACKAGE.finditer(text)}


def _name(pin: str) -> str:
    return pin.partition("==")[0]


def _header(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))


def _first_line(base: str) -> str:
    return f"-r {base}.txt\n" if base else ""
