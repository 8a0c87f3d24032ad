"""Where things are on a cluster: a process is found by the name of its Service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from compose.docker.network import CACHE, PORT, POSTGRES_PORT, REDIS_PORT, Network
from compose.local.own_servers import OwnServers
from compose.system import EVENTS, GATEWAY, POSTGRES, PROCESSES, SESSIONS, WORKER, Process
from compose.system.environment import auditor_variables, secrets, service_variables
from compose.system.model import DELIVERY
from compose.system.redis_access import access_list

#: The job that migrates and loads; what every object of the system is labelled with.
PREPARE, PART_OF = "prepare", "birzha"
#: Secrets and choices, by reference: ``secrets.py`` makes the first, ``choices.env`` is the second.
SECRETS, KEYS_SECRET, CHOICES = "birzha-secrets", "birzha-keys", "birzha-choices"
#: What a password may stand in, so that it is a secret of its own: read by who delivers, where it is.
SMTP_URL = "BIRZHA_SMTP_URL"
REDIS_SERVERS = {server.name: server for server in (EVENTS, SESSIONS)}
#: The users that our images run as, and those of the official ones.
OUR_USER, EDGE_USER, DATA_USER = 10001, 101, 999
#: Where each server of data listens.
DATA_PORTS = {POSTGRES.name: POSTGRES_PORT, **dict.fromkeys(REDIS_SERVERS, REDIS_PORT)}


class Cluster(Network):
    """See :class:`compose.system.environment.Endpoints`.

    Args:
        process: whose environment it is. A worker answers for its metrics at its own port, and no web server
            asks for them: Prometheus finds every pod.
        own: the servers that are elsewhere.
    """

    def __init__(self, process: str, own: OwnServers | None = None) -> None:
        super().__init__(own)
        self._process = process

    def metrics(self, process: str) -> str:
        return f"0.0.0.0:{PORT}" if process == self._process else ""


class _NamesUsed(dict[str, str]):
    """Passwords that nobody knows yet: remembers whose names were looked up."""

    def __missing__(self, name: str) -> str:
        self[name] = ""
        return ""


def process_of(name: str) -> Process:
    """A process by its name.

    Raises:
        StopIteration: there is none.
    """
    return next(each for each in PROCESSES if each.name == name)


def variables(
    process: Process,
    passwords: Mapping[str, str],
    chosen: Mapping[str, str],
    own: OwnServers | None = None,
) -> dict[str, str]:
    """The environment of a process of ours, as every runner gives it."""
    cluster = Cluster(process.name, own)
    if process.service is None:
        return auditor_variables(cluster, passwords, chosen["public_url"])
    return service_variables(process.service, cluster, passwords, chosen)


def secrets_of(name: str) -> list[str]:
    """The secrets that a process needs, and no others: those that its files are made of."""
    used = _NamesUsed()
    if name == PREPARE:
        return secrets()
    if name in REDIS_SERVERS:
        access_list(REDIS_SERVERS[name], used)
    elif name not in (GATEWAY.name, CACHE):
        variables(process_of(name), used, defaultdict(str))
    return list(used)


def serves_metrics_itself(process: Process) -> bool:
    """Whether it has no HTTP but that of its metrics."""
    return process.type in (WORKER, DELIVERY)
