"""Become a process of the system: ``python -m compose.docker.serve trading-worker``, in its container."""

from __future__ import annotations

import os
import sys

from compose.docker.network import CODE, PORT
from compose.system import PROCESSES
from compose.system.environment import PROCESS_VARIABLES


def main(name: str) -> None:
    """Replace this process by ``name``."""
    process = next(each for each in PROCESSES if each.name == name)
    # a cluster says how many of its machine's cores are this container's
    cores = int(os.environ.get("BIRZHA_CORES") or len(os.sched_getaffinity(0)))
    # one process a container, whose memory is limited
    argv = process.arguments(root=str(CODE), bind=f"0.0.0.0:{PORT}", cores=cores, workers=1)
    os.nice(process.type.niceness)
    os.execve(sys.executable, [sys.executable, *argv], {**os.environ, **PROCESS_VARIABLES})


if __name__ == "__main__":
    main(sys.argv[1])
