"""A version of a service as a process: ``python -m gateway.tests.canary.version NAME SOCKET FOLDER``.

It fails everything while its folder has a file ``failing``.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from gateway.tests.upstream import Upstream


def main(name: str, socket: str, folder: str) -> None:
    """Serve until it is ended."""
    upstream, failing = Upstream(name, Path(socket)), Path(folder) / "failing"
    upstream.failing = failing.exists()
    upstream.start()
    while True:
        time.sleep(0.05)
        upstream.failing = failing.exists()


if __name__ == "__main__":
    main(*sys.argv[1:])
