"""Before a container starts: its files, made of choices and secrets, for itself and nobody else.

python -m compose.kubernetes.configure trading   a process's environment
python -m compose.kubernetes.configure gateway   (or cache) Envoy's and nginx's files
python -m compose.kubernetes.configure redis     (or sessions) a Valkey's configuration and users
python -m compose.kubernetes.configure prepare   every service's environment, for the job that migrates
"""

from __future__ import annotations

import os
import sys

from compose.docker.configure import settings_of, write_authorities, write_gateway, write_redis
from compose.docker.network import CACHE, HOME, secrets_from, variable_of
from compose.kubernetes.cluster import PREPARE, REDIS_SERVERS, Cluster, process_of, secrets_of, variables
from compose.kubernetes.edge import TARGET
from compose.local import environment
from compose.local.console import CommandError
from compose.local.own_servers import OwnServers, authorities
from compose.local.paths import Home
from compose.local.settings import Settings
from compose.system import AUDITOR, GATEWAY
from gateway.config.source import SourceError


def main(name: str) -> int:
    """Write what ``name`` needs; 1 with one sentence when a choice cannot be."""
    os.umask(0o002)  # in another server's pod, its group reads them, and nginx works in its folders
    try:
        passwords = {each: os.environ[variable_of(each)] for each in secrets_of(name)}
        _write(name, passwords, settings_of(Home.at(HOME)))
    except KeyError as error:
        print(f"{error.args[0]} is not in the Secret: see compose.kubernetes.secrets.", file=sys.stderr)
        return 1
    except (CommandError, SourceError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _write(name: str, passwords: dict[str, str], settings: Settings) -> None:
    home, own = Home.at(HOME), OwnServers.read()
    if name in (GATEWAY.name, CACHE):
        write_gateway(settings, TARGET)
    elif name in REDIS_SERVERS:
        write_redis(REDIS_SERVERS[name], passwords)
    elif name == PREPARE:
        environment.write(home, settings, secrets_from(os.environ), Cluster(PREPARE, own))
    else:
        process = process_of(name)
        file = process.service.name if process.service else AUDITOR
        environment.write_one(home, file, variables(process, passwords, settings.chosen, own))
    if own.have_tls and name not in (GATEWAY.name, CACHE):
        write_authorities(home.etc, authorities())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
