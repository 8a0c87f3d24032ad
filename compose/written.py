"""Files that are written from others: their writers' command, and the look of ``make lint`` at them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

#: Each is ``python -m <writer>``; with ``--check`` it changes nothing.
WRITERS = ("benchmarks.document", "compose.docker.render", "compose.kubernetes.render")


def main(writer: str, wanted: Mapping[Path, str], known: Iterable[Path] = ()) -> int:
    """Write ``wanted`` and remove what else is among ``known``; returns the exit code.

    With ``--check`` in the command: change nothing, name each file that is not as it would be written, and
    return 1 when there is one.
    """
    old = [file for file in known if file not in wanted]
    changed = [file for file, text in wanted.items() if not file.exists() or file.read_text("utf-8") != text]
    if "--check" in sys.argv[1:]:
        for file in (*changed, *old):
            print(f"{file} is not what it is written from: python -m {writer}", file=sys.stderr)
        return 1 if changed or old else 0
    for file in old:
        file.unlink()
    for file in changed:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(wanted[file], encoding="utf-8")
    return 0
