"""Writing the files that Envoy watches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write(path: Path, document: dict[str, Any]) -> None:
    """Aside, then renamed: Envoy reloads a watched file only on a rename, and never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    aside.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    aside.replace(path)
