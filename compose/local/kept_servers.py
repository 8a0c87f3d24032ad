"""Servers elsewhere that a system uses: noted by every start, for the commands and processes after it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from compose.local.console import CommandError
from compose.local.hosts import CHOICES as PARTS
from compose.local.hosts import Part
from compose.local.own_servers import AUTHORITIES, CHOICES, OwnServer, OwnServers, authorities
from compose.local.paths import Home, write_private
from compose.system import EVENTS, REDIS, SESSIONS, SUPERUSER, Process, RedisServer

#: The administrators' passwords, by the secret that each of them is from then on.
PASSWORDS = {SUPERUSER: "BIRZHA_SECRET_POSTGRES", "redis.admin": "BIRZHA_SECRET_REDIS_ADMIN"}


def read(chosen: Callable[[str], str]) -> dict[str, str]:
    """The choices (those of own_servers.py and hosts.py), each "" where it is not made.

    Raises:
        CommandError: one that cannot be.
    """
    values = {name: chosen(name) for name in (*CHOICES, *PARTS)}
    own, part = OwnServers.read(_variables(values)), Part.read(values)
    if part.name and not chosen("public_url"):
        raise CommandError(f"BIRZHA_PARTS={part.name} needs BIRZHA_PUBLIC_URL, the same on both hosts.")
    if not part.has_services and (own.postgres or EVENTS.name in own.by_name):
        raise CommandError("BIRZHA_POSTGRES_SERVER and BIRZHA_REDIS_SERVER belong to the services' host.")
    if not part.has_edge and SESSIONS.name in own.by_name:
        raise CommandError("BIRZHA_SESSIONS_SERVER belongs to the gateway's host, where the pages are.")
    if (own.postgres or not part.has_services) and chosen("backup_every_h") not in ("", "off"):
        raise CommandError("BIRZHA_BACKUP_EVERY_H is for the PostgreSQL that comes with the system.")
    for name in PARTS[2:]:  # the next start may be from another folder
        values[name] = values[name] and str(Path(values[name]).absolute())
    return values


def keep(home: Home, chosen: Mapping[str, str], environment: Mapping[str, str] = os.environ) -> OwnServers:
    """Note where the servers are, whose certificates they have, and the passwords that were given.

    Raises:
        CommandError: they are spoken to by TLS, and nothing says whose certificates to believe.
    """
    own = OwnServers.read(_variables(chosen))
    if own.have_tls:
        write_private(authorities_file(home), authorities({**environment, **_variables(chosen)}))
    write_private(_file(home), json.dumps(dict(chosen)) + "\n")
    given = {name: environment.get(variable, "") for name, variable in PASSWORDS.items()}
    if own.by_name:
        from compose.local import secrets  # not needed by the processes, which read this module as they start

        secrets.take(home, {name: password for name, password in given.items() if password})
    return own


def of(home: Home) -> OwnServers:
    """Those of the last start; none before the first."""
    return OwnServers.read(_variables(_kept(home)))


def part_of(home: Home) -> Part:
    """What is on this host since the last start; before the first all of it."""
    return Part.read(_kept(home))


def redis_here(home: Home) -> list[RedisServer]:
    """The Redis servers that run here."""
    part, elsewhere = part_of(home), of(home).by_name
    each = ((server, Process(server.name, REDIS)) for server in (EVENTS, SESSIONS))
    return [server for server, process in each if part.has(process) and server.name not in elsewhere]


def postgres_of(home: Home) -> OwnServer | None:
    """PostgreSQL, if it is elsewhere."""
    return of(home).postgres


def require_own_postgres(home: Home, what: str) -> None:
    """Refuse what is done with the files of PostgreSQL where these are not here.

    Args:
        what: the command.

    Raises:
        CommandError: says where they are.
    """
    if server := postgres_of(home):
        raise CommandError(
            f"{what} works on PostgreSQL's files, and this system's are at {server}: back them up and "
            f"restore them there, and keep {home.secrets}."
        )


def authorities_file(home: Home) -> Path:
    """By which the servers' certificates are checked."""
    return home.etc / AUTHORITIES.name


def _kept(home: Home) -> dict[str, str]:
    try:
        kept: dict[str, str] = json.loads(_file(home).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return kept


def _file(home: Home) -> Path:
    return home.etc / "own-servers.json"


def _variables(chosen: Mapping[str, str]) -> dict[str, str]:
    return {f"BIRZHA_{name.upper()}": value for name, value in chosen.items()}
