"""Where a system keeps its things: the folder BIRZHA_HOME and the sockets' folder.

etc/      configuration, written anew by every start      log/   one log per process, rotated
secrets/  made on the first run, mode 0600                run/   unix sockets
data/     postgres, redis, sessions                       state.json   port and address
versions/ copies of versions that services run            versions.json  which service runs which
faults/   in a system made for tests: the faults to come, see servicekit/faults.py
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compose.local.console import CommandError

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"

DEFAULT_PORT = 8000
DEFAULT_BIND = "127.0.0.1"

#: sun_path holds 107 bytes on Linux and 103 on macOS; supervisord and workers bind ``<socket>.<pid>`` first.
SOCKET_PATH_LIMIT = 103
LONGEST_SOCKET = "notification-canary-worker.sock.4194304"
#: A socket's path goes into URLs and connection strings: only letters that mean nothing there.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner enters.

    Raises:
        CommandError: something else, or somebody else's folder, is there.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise CommandError(f"{path} must be a folder that belongs to the user who starts Birzha.")
    path.chmod(0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """Replace a file by one of mode 0600, in one move."""
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    aside.replace(path)


@dataclass(frozen=True)
class Home:
    """One system's folder. Several systems, each with its own, live side by side."""

    root: Path

    @classmethod
    def here(cls, environment: Mapping[str, str] = os.environ) -> Home:
        """The folder that BIRZHA_HOME names, or ``.birzha`` in the project.

        Raises:
            CommandError: its name has characters that configuration files cannot carry.
        """
        return cls.at(environment.get("BIRZHA_HOME") or ROOT / ".birzha")

    @classmethod
    def at(cls, path: str | Path) -> Home:
        """The folder ``path``; see :meth:`here`."""
        root = Path(path).expanduser().resolve()
        for name in (root, ROOT):
            if re.search(r'["\\\x00-\x1f]', str(name)):
                raise CommandError(
                    f"{str(name)!r}must not contain a quote, a backslash or a control character."
                )
        return cls(root)

    @property
    def etc(self) -> Path:
        return self.root / "etc"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def faults(self) -> Path:
        return self.root / "faults"

    def clock(self, service: str) -> Path:
        """The file by which tests move a service's clock; see tests/faults/clock/sitecustomize.py."""
        return self.faults / f"{service}.clock"

    @property
    def copies(self) -> Path:
        return self.root / "versions"

    @property
    def versions(self) -> Path:
        """The file that says which version each service runs; see gateway/canary/state.py."""
        return self.root / "versions.json"

    def lease_file(self, process: str) -> Path:
        """The file that says how long a worker's lease is; see messaging/consume/consumer_lease.py."""
        return self.etc / f"{process}.lease"

    @property
    def tag(self) -> str:
        """A short name of this home, unique on the machine."""
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]

    @property
    def run(self) -> Path:
        """The sockets' folder: in the home, or under /tmp when the home's path would not do."""
        inside = self.root / "run"
        fits = len(os.fsencode(inside / LONGEST_SOCKET)) <= SOCKET_PATH_LIMIT
        if fits and PLAIN_PATH.fullmatch(str(inside)):
            return inside
        # The owner's, also when root asks.
        owner = self.root.stat().st_uid if self.root.is_dir() else os.getuid()
        return Path(f"/tmp/birzha-{owner}-{self.tag}")

    def socket(self, name: str) -> Path:
        """The unix socket ``<name>.sock``."""
        return self.run / f"{name}.sock"

    def create(self, *, for_tests: bool = False, for_drill: bool = False) -> None:
        """Make the folders.

        Args:
            for_tests: tests may create databases in it, and its processes read ``faults/``.
            for_drill: a copy of another system: nothing of it leaves this machine.

        Raises:
            CommandError: BIRZHA_HOME is a folder with other things in it, or is not ours.
        """
        if self.root.is_dir() and any(self.root.iterdir()) and not self.is_ours():
            raise CommandError(
                f"{self.root} is not empty and was not made by Birzha: choose another BIRZHA_HOME."
            )
        private_folder(self.root)
        if not self.is_ours():
            purpose = "tests" if for_tests else "drill" if for_drill else ""
            (self.root / ".birzha-home").write_text(f"{purpose}\n", encoding="utf-8")
        for folder in (self.etc, self.log, self.data, self.secrets, self.run):
            private_folder(folder)
        if self.is_for_tests():
            private_folder(self.faults)

    def is_ours(self) -> bool:
        """Whether Birzha made this folder: only such a one is ever deleted."""
        return (self.root / ".birzha-home").is_file()

    def is_for_tests(self) -> bool:
        """Whether it was made for tests."""
        return self._purpose() == "tests"

    def is_for_drill(self) -> bool:
        """Whether it is a copy, made by `make drill`."""
        return self._purpose() == "drill"

    def _purpose(self) -> str:
        return (self.root / ".birzha-home").read_text(encoding="utf-8").strip() if self.is_ours() else ""

    def read_state(self) -> dict[str, Any]:
        """What the last start wrote down: ``port``, ``bind``; empty before the first."""
        try:
            state: dict[str, Any] = json.loads((self.root / "state.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return state

    def write_state(self, **state: Any) -> None:
        """Write down the port and address for the commands that follow."""
        write_private(self.root / "state.json", json.dumps(state, indent=1) + "\n")


def reused_homes(environment: Mapping[str, str] = os.environ) -> tuple[Home, Home]:
    """Where the kept servers of packages' tests are, and the kept system of ``tests/``."""
    full = Home.at(environment.get("BIRZHA_TEST_HOME") or ROOT / ".birzha-test").root
    folder = full.with_name(f"{full.name}-kept")
    return Home.at(folder / "servers"), Home.at(folder / "system")
