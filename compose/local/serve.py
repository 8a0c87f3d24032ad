"""Become one process of the system: ``python -m compose.local.serve trading-worker`` (run by supervisord)."""

from __future__ import annotations

import os
import sys

from compose.local import processes
from compose.local.paths import ROOT, Home
from compose.system import EVENTS, NGINX, POSTGRES, SESSIONS
from compose.system.environment import PROCESS_VARIABLES
from servicekit.privileges import drop_capabilities

#: Python loads it before anything else in what has it on its path; see tests/faults/clock/sitecustomize.py.
CLOCK = ROOT / "tests" / "faults" / "clock"


def main(name: str) -> None:
    """Replace this process by ``name``."""
    home = Home.here()
    if name in (POSTGRES.name, EVENTS.name, SESSIONS.name, NGINX.name):
        _recover_from_kill(home, name)
    process = processes.find(home, name)
    argv = processes.command(home, process)
    os.chdir(processes.folder(home, process))
    variables = {
        **os.environ,
        **PROCESS_VARIABLES,
        **processes.variables(home, process),
        **for_tests(home, process),
    }
    if name != "gateway":  # which may have to listen below port 1024
        drop_capabilities()
    os.execvpe(argv[0], argv, variables)


def _recover_from_kill(home: Home, server: str) -> None:
    """What a server that was killed has left does not stop it. The services start without these imports."""
    from compose.local import orphans, postgres, valkey, valkey_recovery
    from gateway.runtime.nginx import remove_dead_sockets

    if server == POSTGRES.name:
        # After a kill -9 of the server its children exit on their own, a moment later.
        orphans.end(orphans.of_postgres(home), timeout_s=20)
        postgres.clear_stale_locks(home)
    elif server == NGINX.name:
        orphans.end(orphans.of_nginx(home))  # a killed master's workers go on, with its sockets
        remove_dead_sockets(home.run)
    else:
        redis = EVENTS if server == EVENTS.name else SESSIONS
        files = (valkey.data_folder(home, redis), home.log / f"{server}.log")
        if kept := valkey_recovery.recover(valkey.command(home, redis), *files):
            print(f"The files could not be read and are kept as {kept}; starting empty.", flush=True)


def for_tests(home: Home, process: processes.Process) -> dict[str, str]:
    """Variables of a process of a system made for tests: where its faults are armed, and its clock moved."""
    if not home.is_for_tests():
        return {}
    variables = {"BIRZHA_FAULTS": str(home.faults)}
    if process.service:
        variables["BIRZHA_CLOCK"] = str(home.clock(process.service.name))
        path = (str(CLOCK), os.environ.get("PYTHONPATH"))
        variables["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    return variables


if __name__ == "__main__":
    main(sys.argv[1])
