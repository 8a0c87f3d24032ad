"""Before a container starts: ``python -m compose.kubernetes.wait trading`` ends when what it needs is there.

For a process of a service: its servers answer, and its tables are those of this version, by the same look
as ``/readyz``. For the job that makes the tables: its servers take connections. New pods so wait for the job,
and the old ones serve meanwhile.
"""

from __future__ import annotations

import importlib
import os
import socket
import sys
import time
from collections.abc import Callable

from compose.kubernetes.cluster import DATA_PORTS, PREPARE, process_of
from compose.local.own_servers import OwnServers
from compose.system import EVENTS, POSTGRES

#: Seconds between two looks, and that one may take.
PERIOD_S, LOOK_S = 1, 5


def main(name: str) -> None:
    """Wait, and say for what whenever that changes."""
    look = _servers_accept() if name == PREPARE else _ready(name)
    reported = ""
    while problem := look():
        if problem != reported:
            print(f"{name} waits: {problem}", flush=True)
        reported = problem
        time.sleep(PERIOD_S)


def _servers_accept() -> Callable[[], str]:
    own = OwnServers.read().by_name
    places = {
        name: own[name].places if name in own else ((name, DATA_PORTS[name]),)
        for name in (POSTGRES.name, EVENTS.name)
    }

    def look() -> str:
        for name, several in places.items():
            problems = [_refusal(place) for place in several]
            if all(problems):
                return f"{name}: {problems[0]}"
        return ""

    return look


def _refusal(place: tuple[str, int]) -> str:
    try:
        socket.create_connection(place, timeout=LOOK_S).close()
    except OSError as error:
        return str(error)
    return ""


def _ready(name: str) -> Callable[[], str]:
    service = process_of(name).service
    assert service is not None
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{service.package}.config.settings"
    import django
    from django.http import HttpRequest

    django.setup()
    health = importlib.import_module(
        "servicekit.health" if service.has_database else f"{service.package}.health"
    )

    def look() -> str:
        answer = health.readyz(HttpRequest())
        return "" if answer.status_code == 200 else str(answer.content.decode())

    return look


if __name__ == "__main__":
    main(sys.argv[1])
