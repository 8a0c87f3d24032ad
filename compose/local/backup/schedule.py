"""The process ``backups``, where BIRZHA_BACKUP_EVERY_H is set: makes a backup when due, removes the oldest.

What it does goes to its log as JSON lines. One that fails is tried again after ten minutes.
"""

from __future__ import annotations

import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from compose.local.backup import choices, make
from compose.local.backup.folder import backups_of, chosen_folder, made_at, prune
from compose.local.console import CommandError, log_line
from compose.local.paths import Home

#: Seconds between two looks; after one that failed.
LOOK_S, RETRY_S = 60.0, 600.0
log = partial(log_line, "backups")


def step(home: Home, folder: Path, every: timedelta, kept: int) -> Path | None:
    """Make a backup if the latest is older than ``every``, or there is none; then only ``kept`` stay.

    Returns:
        The new one.

    Raises:
        CommandError: it could not be made; nothing is removed then.
    """
    there = backups_of(home, folder)
    if there and datetime.now(UTC) - made_at(there[-1]) < every:
        return None
    file = make.make(home, folder)
    for old in prune(home, folder, kept):
        log("info", "removed a backup", file=str(old))
    return file


def main() -> int:
    """Look until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    home = Home.here()
    state = home.read_state()
    every = timedelta(hours=int(state[choices.EVERY]))
    kept = int(state.get(choices.KEPT) or choices.DEFAULT_KEPT)
    folder = chosen_folder(home, {})
    log("info", "making backups", folder=str(folder), every_h=state[choices.EVERY], kept=kept)
    pause = LOOK_S  # a system that has just been started is busy
    while not stop.wait(pause):
        try:
            if file := step(home, folder, every, kept):
                log("info", "made a backup", file=str(file), bytes=file.stat().st_size)
            pause = LOOK_S
        except (OSError, CommandError) as error:
            log("error", str(error), event="backup.failed")
            pause = RETRY_S
    return 0


if __name__ == "__main__":
    sys.exit(main())
