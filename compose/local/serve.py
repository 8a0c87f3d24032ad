"""Become one process of the system: ``python -m compose.local.serve trading-worker`` (run by supervisord)."""

from __future__ import annotations

import os
import sys

from compose.local import leftovers, postgres, processes
from compose.local.paths import Home

#: Few malloc arenas: a threaded Python process is a third smaller with two than with eight per core.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}


def main(name: str) -> None:
    """Replace this process by ``name``."""
    home = Home.here()
    if name == "postgres":
        # After a kill -9 of the server its children go by themselves, a moment later.
        leftovers.end(leftovers.of_postgres(home), patience=20)
        postgres.clear_stale_locks(home)
    argv = processes.find(name).command(home)
    os.execvpe(argv[0], argv, {**os.environ, **ENVIRONMENT})


if __name__ == "__main__":
    main(sys.argv[1])
