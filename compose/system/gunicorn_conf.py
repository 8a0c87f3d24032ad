"""gunicorn of every service: worker processes with a few threads, on a unix socket behind the gateway."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from typing import Any

worker_class = "gthread"
#: Of what has no number of its own on its command line.
workers = 1
timeout = 30
graceful_timeout = 10
#: Longer than the gateway keeps an idle connection, so that it is never the service that closes first.
keepalive = 75
#: The worker's heartbeat file is touched every second: not on a disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
control_socket_disable = True
#: The gateway says how long an address and headers may be (limits.header_kib) and refuses what is longer with
#: an answer of ours; what it lets through is not refused here with gunicorn's own.
limit_request_line = 0
limit_request_field_size = 64 * 1024
errorlog = "-"
loglevel = "warning"
#: Envoy strips what clients may not set, and it is the only one who can reach the socket.
forwarded_allow_ips = "*"

PR_SET_PDEATHSIG = 1


def post_fork(arbiter: Any, worker: Any) -> None:
    """A worker does not outlive its master: the kernel ends it when the master is killed.

    While it loads what it is, Python looks for no cycles: there are none yet, and each look takes longer.
    """
    gc.disable()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != arbiter.pid:
            os._exit(1)


def post_worker_init(worker: Any) -> None:
    """What is loaded by now stays, and Python looks for cycles no more among all of it.

    It did so every thousand requests or so, and no request went on meanwhile. What the first request would
    load is loaded before.
    """
    from django.conf import settings
    from django.urls import get_resolver

    if settings.configured:
        _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.enable()
