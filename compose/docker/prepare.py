"""Before the services start: roles, databases, tables and keys; beside them: the market and the operator.

    python -m compose.docker.prepare           ends when the services may start
    python -m compose.docker.prepare --after   what may run beside them

Each step looks first and does only what is missing, so that each start repeats it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from typing import Any

import psycopg2

from compose.docker.configure import settings_of
from compose.docker.network import AUTHORITIES_COPY, HOME, REPLICAS, Network, secrets_from
from compose.local import kept_choices, prepare_own
from compose.local.console import CommandError
from compose.local.own_servers import OwnServers
from compose.local.paths import Home
from compose.system import SERVICES, SUPERUSER
from compose.system.databases import prepare
from compose.system.environment import child_environment, operator_variables
from servicekit.settings.environment import libpq_place


def main(arguments: list[str]) -> int:
    """Run the steps; the exit code of the first that fails."""
    passwords = secrets_from(os.environ)
    if arguments == ["--after"]:
        return _manage({each.package: each.after_start for each in SERVICES}, operator_variables(passwords))
    try:
        own = OwnServers.read()
        connect = partial(_connect, own, passwords)
        prepare_own.require_database(own, connect, replicas=REPLICAS)
        prepare(connect, passwords, replicas=REPLICAS)
        prepare_own.make_redis_users(own, passwords, AUTHORITIES_COPY)
        settings = settings_of(Home.at(HOME))
        kept_choices.require_currency(HOME, settings.market, connect)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    return _manage({each.package: ("migrate", *each.before_start) for each in SERVICES}, {})


def _connect(own: OwnServers, passwords: dict[str, str], database: str) -> Any:
    network, server = Network(own), own.postgres
    host, port = network.database
    connection = psycopg2.connect(
        **libpq_place(host, port, network.database_ca),
        user=server.user if server else SUPERUSER,
        password=passwords[SUPERUSER],
        dbname=database,
        connect_timeout=5,
    )
    connection.autocommit = True
    return connection


def _manage(commands: dict[str, tuple[str, ...]], more: dict[str, str]) -> int:
    """A service's commands one after the other, the services beside each other."""
    environment = child_environment(HOME, more)
    failed = 0
    for number in range(max(map(len, commands.values()))):
        running = [
            subprocess.Popen([sys.executable, "-m", f"{package}.manage", names[number]], env=environment)
            for package, names in commands.items()
            if number < len(names)
        ]
        failed = max(failed, *(process.wait() for process in running))
        if failed:
            break
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
