"""Processes that a killed supervisord, PostgreSQL or nginx left behind: found and ended.

They are known by the variable BIRZHA_SYSTEM, which only supervisord hands down, with this home's path
as its value; PostgreSQL's, which may run as another user and write over their environment, by the
cluster's name in their title or the data folder in their command line; nginx's, which write over it too, by
the folder that they work in.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import TypeVar

import psutil

from compose.local.paths import Home
from compose.local.postgres import cluster_name, data_folder
from gateway.config.nginx import FOLDER

MARK = "BIRZHA_SYSTEM"

T = TypeVar("T")


def of_system(home: Home) -> list[psutil.Process]:
    """Every process of this home's system, PostgreSQL's included."""
    found = {process.pid: process for process in (*of_postgres(home), *of_nginx(home))}
    for process in psutil.process_iter():
        variables: dict[str, str] = _safe(process.environ, {})
        if process.pid != os.getpid() and variables.get(MARK) == str(home.root):
            found[process.pid] = process
    return list(found.values())


def of_postgres(home: Home) -> list[psutil.Process]:
    """The server and its children, whoever runs them; not the caller."""
    title, folder = f"postgres: {cluster_name(home)}: ", str(data_folder(home))
    found = []
    for process in psutil.process_iter():
        argv: list[str] = _safe(process.cmdline, [])
        if not argv:
            continue
        serves = folder in argv and os.path.basename(argv[0]) == "postgres"
        if process.pid != os.getpid() and (serves or " ".join(argv).startswith(title)):
            found.append(process)
    return found


def of_nginx(home: Home) -> list[psutil.Process]:
    """The master, whose title names its folder, and its workers, who work in it."""
    folder = str(home.run / FOLDER)
    found = []
    for process in psutil.process_iter():
        title: str = " ".join(_safe(process.cmdline, []))
        ours = f"-p {folder} " in title or _safe(process.cwd, "") == folder
        if process.pid != os.getpid() and title.startswith("nginx: ") and ours:
            found.append(process)
    return found


def end(found: list[psutil.Process], *, timeout_s: float = 10) -> None:
    """End processes: first the topmost are asked, then those that stay, then they are killed."""
    for process in _topmost(found):
        server = _safe(process.name, "") == "postgres"
        _signal(process, signal.SIGINT if server else signal.SIGTERM)  # SIGINT: fast shutdown
    _, alive = psutil.wait_procs(found, timeout=timeout_s)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in alive:
            _signal(process, number)
        _, alive = psutil.wait_procs(alive, timeout=3)


def _topmost(found: list[psutil.Process]) -> list[psutil.Process]:
    """Those whose parent is not among them."""
    pids = {process.pid for process in found}
    return [process for process in found if _safe(process.ppid, 0) not in pids]


def _safe(call: Callable[[], T], otherwise: T) -> T:
    """What a process says of itself, unless it is gone or somebody else's."""
    try:
        return call()
    except psutil.Error:
        return otherwise


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.Error:
        return
