"""A renewed certificate is used within seconds, however it is renewed."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

from gateway.config.source import SourceError
from gateway.runtime.certificate import WRITERS, source

#: Seconds between two checks of the files.
POLL_INTERVAL_S = 5.0


def watch(out: Path) -> None:
    """Start looking, in a thread that ends with the process, at the files that ``out`` was rendered from.

    A pair that does not belong together yet is looked at again; until then the old one stays.
    """
    threading.Thread(target=_watch, args=(out, threading.Event()), daemon=True).start()


def _watch(out: Path, never: threading.Event) -> None:
    loaded = {name: _state(out, name) for name in WRITERS}
    while not never.wait(POLL_INTERVAL_S):
        for name, writer in WRITERS.items():
            state = _state(out, name)
            if state == loaded[name] or not state:
                continue
            try:
                writer(out, *(Path(found) for found, *_ in state))
            except SourceError as error:
                print(f"gateway: {error}", file=sys.stderr, flush=True)
                continue
            loaded[name] = state
            print("gateway: the certificate is renewed", file=sys.stderr, flush=True)


def _state(out: Path, name: str) -> list[tuple[str, int, int, int]]:
    """Name, inode, size and time of its files; empty when there is no certificate, or a file is missing."""
    try:
        names = json.loads((out / source(name)).read_text(encoding="utf-8"))["files"]
        found = [(name, os.stat(name)) for name in names]
    except (OSError, ValueError):
        return []
    return [(name, stat.st_ino, stat.st_size, stat.st_mtime_ns) for name, stat in found]
