"""Writing the files that Envoy watches."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def write(path: Path, document: dict[str, Any], *, mode: int = 0o644) -> None:
    """Aside, then renamed: Envoy reloads a watched file only on a rename, and never sees half of it.

    Resources get a version, their hash, which Envoy's statistics name once it goes by them.
    """
    if "resources" in document:
        text = json.dumps(document["resources"], sort_keys=True)
        document = {"version_info": hashlib.sha256(text.encode()).hexdigest()[:16], **document}
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.touch(mode)
    aside.chmod(mode)
    aside.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    aside.replace(path)


def version(path: Path) -> str:
    """The version of the resources in a file that was written."""
    found: str = json.loads(path.read_text(encoding="utf-8"))["version_info"]
    return found
