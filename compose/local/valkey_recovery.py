"""A Valkey that cannot read what it has written: its files are set aside, kept, and it starts empty.

Nothing but sessions is lost with them: the services see that their streams are gone and send what a
subscriber lacks once more, from their outboxes. See docs/reliability.md.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

#: What the server logs first and, when it has read its files, last.
BEGUN, READY = b" is starting oO0", b"Ready to accept connections"
FOLDER = "appendonlydir"
MANIFEST = "appendonly.aof.manifest"
#: What was set aside is named so; the time follows. The latest are kept.
PREFIX = "unreadable-"
MAX_QUARANTINED = 5
#: Seconds that reading the files may take.
LOAD_TIMEOUT_S = 120
_LOG_TAIL = 200_000


def recover(command: list[str], folder: Path, log: Path) -> Path | None:
    """Before a start: set the files aside that the server cannot start from. Normally it only looks.

    Files are tried only when the last start ended before it had read them. That they are the cause is known
    by a second trial, on an empty folder: without memory or space nothing is set aside.

    Args:
        command: of the server, in the foreground.
        folder: its data.
        log: what it says goes here.

    Returns:
        Where the files are now; None when they stay.
    """
    try:
        complete = _complete(folder)
    except PermissionError:  # somebody else's, or closed
        complete = False
    if not complete:
        return quarantine(folder)
    if not _last_start_failed(log) or _starts(command, folder):
        return None
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".trial-") as empty:
        if not _starts(command, Path(empty)):
            return None
    return quarantine(folder)


def quarantine(folder: Path) -> Path:
    """Rename everything that the server wrote, in its place, by the time; the oldest of these go.

    Returns:
        Where the append-only files are now, or the one thing that there was.
    """
    stamp = f"{PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(PREFIX):
            path.rename(folder / f"{stamp}-{path.name}")  # also what somebody else owns: this folder is ours
    kept = quarantined(folder)
    for old in kept[:-MAX_QUARANTINED]:
        shutil.rmtree(old, ignore_errors=True)
        if old.is_file():
            old.unlink()
    return kept[-1]


def quarantine_wrong_type(path: Path, *, folder: bool) -> None:
    """Rename what stands where a folder, or else a file, must be and is none."""
    if (path.exists() or path.is_symlink()) and path.is_dir() != folder:
        path.rename(path.with_name(f"{PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{path.name}"))


def quarantined(folder: Path) -> list[Path]:
    """What was set aside, oldest first."""
    return sorted(folder.glob(f"{PREFIX}*"))


def _complete(folder: Path) -> bool:
    """Whether there is nothing that the server would overlook, or hang on, rather than refuse.

    It passes over files that no manifest names and writes over them, takes an empty base for one without
    entries, and waits for a pipe in place of a file.
    """
    log = folder / FOLDER
    if log.is_symlink() or not log.exists():
        return not log.is_symlink()
    if not log.is_dir():
        return False
    entries = {entry.name: entry for entry in log.iterdir()}
    if not entries:
        return True
    if not all(entry.is_file() and not entry.is_symlink() for entry in entries.values()):
        return False
    if MANIFEST not in entries:
        return False
    named = set(entries[MANIFEST].read_bytes().decode(errors="replace").split())
    for name, entry in entries.items():
        empty = entry.stat().st_size == 0
        # A base that is not named is one whose rewrite was cut off by a crash; the incremental files are all.
        if (name in named and ".base." in name and empty) or (
            name not in named and ".incr." in name and not empty
        ):
            return False
    return True


def _last_start_failed(log: Path) -> bool:
    """Whether the last start ended before it was ready."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _LOG_TAIL))
            tail = file.read()
    except OSError:
        return False
    return tail.rfind(BEGUN) > tail.rfind(READY)


def _starts(command: list[str], folder: Path) -> bool:
    """Whether the server becomes ready on these files; it is stopped again.

    One that is killed from outside is none that fails.
    """
    with tempfile.TemporaryDirectory() as own:  # a socket that nobody waits for
        log = Path(own, "log")
        options = ("--dir", str(folder), "--unixsocket", str(Path(own, "socket")))
        with log.open("wb") as output:
            server = subprocess.Popen([*command, *options], stdout=output, stderr=output)
        end = time.monotonic() + LOAD_TIMEOUT_S
        try:
            while server.poll() is None and time.monotonic() < end:
                if READY in log.read_bytes():
                    return True
                time.sleep(0.05)
            return server.returncode in (None, 0, -signal.SIGKILL, -signal.SIGTERM)
        finally:
            server.terminate()
            server.wait()
