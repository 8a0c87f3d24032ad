"""The code of the checkout as running processes see it: which files there are, and which have changed."""

from __future__ import annotations

import compileall
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from compose.local.paths import ROOT
from compose.system import WEB_SERVERS

#: Every folder whose files a running system reads.
FOLDERS = (*(service.package for service in WEB_SERVERS), "servicekit", "gateway", "compose")
#: Read by nobody who serves.
LEFT_OUT = {"tests", "testing", "__pycache__", "node_modules"}
KINDS = (".py", ".html", ".txt", ".po", ".css", ".js", ".svg", ".json", ".yaml", ".csv", ".conf")


def stamps(root: Path = ROOT) -> dict[str, tuple[int, int]]:
    """File, relative to the checkout → when it was changed (ns) and its size (bytes)."""
    return {
        os.path.relpath(entry.path, root): ((found := entry.stat()).st_mtime_ns, found.st_size)
        for folder in FOLDERS
        for entry in _files(root / folder)
    }


def digests(root: Path = ROOT) -> dict[str, str]:
    """Folder → a digest of the stamps of its files."""
    found = {folder: hashlib.sha256() for folder in FOLDERS}
    for file, stamp in sorted(stamps(root).items()):
        found[Path(file).parts[0]].update(f"{file} {stamp}\n".encode())
    return {folder: digest.hexdigest() for folder, digest in found.items()}


def compile_packages(root: Path, packages: Iterable[str]) -> None:
    """Compile what is run of these packages, but for what is compiled already: once, not by each process."""
    tests = re.compile(f"^{re.escape(str(root))}/.*/tests/")
    for package in packages:
        compileall.compile_dir(root / package, quiet=2, rx=tests)


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in LEFT_OUT:
                yield from _files(Path(entry.path))
        elif entry.name.endswith(KINDS) and not entry.name.startswith("."):
            yield entry
