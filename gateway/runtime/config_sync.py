"""Whether a running Envoy applies the files that were written: their versions are in its statistics."""

from __future__ import annotations

import http.client
import time
from pathlib import Path

from gateway.config.names import NAME
from gateway.runtime.admin import Admin
from gateway.runtime.files import CLUSTERS, LISTENERS, ROUTES, WEIGHTS, version

#: File below the folder of the rendered files → the statistic with the version that is in use.
_FILES = {
    LISTENERS: "listener_manager.lds.version_text",
    CLUSTERS: "cluster_manager.cds.version_text",
    ROUTES: f"http.public.rds.{NAME}.version_text",
    WEIGHTS: "runtime.version_text",
}


class ConfigNotApplied(RuntimeError):
    """Envoy does not use what was written; the message names the files."""


def wait_until_applied(admin: Admin, folder: Path, *, seconds: float = 15) -> None:
    """Return when Envoy has applied every file.

    Args:
        admin: the running Envoy's.
        folder: of the rendered files.
        seconds: to wait at most.

    Raises:
        ConfigNotApplied: it still uses older ones.
    """
    end = time.monotonic() + seconds
    while missing := _missing(admin, folder):
        if time.monotonic() > end:
            raise ConfigNotApplied(f"Envoy has not applied {', '.join(missing)}: see its log")
        time.sleep(0.1)


def _missing(admin: Admin, folder: Path) -> list[str]:
    try:
        stats = admin.stats(r"version_text$")
    except (OSError, http.client.HTTPException, ValueError):
        stats = {}
    return [str(name) for name, stat in _FILES.items() if stats.get(stat) != version(folder / name)]
