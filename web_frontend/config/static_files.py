"""Static files without a collecting step, yet cached for long: an address carries its content's hash."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


@cache
def version(name: str) -> str:
    """The first digits of the SHA-256 of a static file; "" when there is no such file."""
    path = finders.find(name)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10] if path else ""


class VersionedStaticFiles(StaticFilesStorage):
    """``/static/web/birzha.css?v=1f0c…``: a changed file has a new address."""

    @cache  # noqa: B019 - one storage a process, and as many names as there are files
    def url(self, name: str | None) -> str:
        address = super().url(name)
        return f"{address}?v={version(name)}" if name and version(name) else address
