"""New code for a running system: `make restart SERVICE=trading`.

Stopping and starting a service takes a second or two, in which requests to it fail; `make canary` changes a
service's version without a failed request.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from compose.local import ready, system_owner
from compose.local.canary import versions
from compose.local.console import CommandError
from compose.local.paths import Home
from compose.local.processes import every_process
from compose.local.settings import Settings
from compose.local.stack import READY_TIMEOUT_S, Stack
from compose.local.supervisor import Supervisor
from compose.system import SERVICES, WEB_SERVERS, Service


def chosen(name: str) -> Service:
    """The service called ``name``, also by its package's name.

    Raises:
        CommandError: there is none; lists those that exist.
    """
    for service in WEB_SERVERS:
        if name in (service.name, service.package):
            return service
    known = ", ".join(service.name for service in WEB_SERVERS)
    problem = f"There is no service {name!r}" if name else "SERVICE is missing"
    raise CommandError(f"{problem}; it must be one of {known}, as in SERVICE=trading.")


def restart(
    home: Home, services: Collection[Service], *, migrate: bool = True, wait: bool = True
) -> list[str]:
    """Migrate the databases of these services, start their processes anew, wait until the system serves.

    Args:
        migrate: false when no migration can have changed.
        wait: until the system serves.

    Returns:
        The names of the processes; a canary's are left alone.

    Raises:
        CommandError: nothing runs, a migration fails (then the old code goes on), or they do not come up.
    """
    Supervisor(home).require_alive()
    return system_owner.as_owner(home, lambda: _restart(home, services, migrate=migrate, wait=wait))


def _restart(home: Home, services: Collection[Service], *, migrate: bool, wait: bool) -> list[str]:
    stack = Stack(home)
    names = [p.name for p in every_process(home) if p.service in services and not p.canary]
    if not names:
        raise CommandError("That service runs on the other host of this system: restart it there.")
    with stack.exclusive():
        if migrate:
            stack.manage(*((s.package, "migrate", "--verbosity", "0") for s in services if s in SERVICES))
        with ThreadPoolExecutor(len(names)) as pool:  # each takes its time to finish what it has in hand
            list(pool.map(stack.supervisor.stop, names))
        stack.supervisor.start_processes(names)
        versions.note_started(home, services)
        if wait:
            ready.wait(home, Settings.read(home, {}), stack.supervisor, seconds=READY_TIMEOUT_S)
    return names
