"""Servers elsewhere that a system uses: noted by every start, for the commands and processes after it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from compose.local import secrets
from compose.local.console import CommandError
from compose.local.own_servers import AUTHORITIES, CHOICES, OwnServer, OwnServers, authorities
from compose.local.paths import Home, write_private
from compose.system import SUPERUSER

#: The administrators' passwords, by the secret that each of them is from then on.
PASSWORDS = {SUPERUSER: "BIRZHA_SECRET_POSTGRES", "redis.admin": "BIRZHA_SECRET_REDIS_ADMIN"}


def read(chosen: Callable[[str], str]) -> dict[str, str]:
    """The choices (:data:`~compose.local.own_servers.CHOICES`), each "" where it is not made.

    Raises:
        CommandError: an address that cannot be.
    """
    values = {name: chosen(name) for name in CHOICES}
    own = OwnServers.read(_variables(values))
    if own.postgres and chosen("backup_every_h") not in ("", "off"):
        raise CommandError("BIRZHA_BACKUP_EVERY_H is for the PostgreSQL that comes with the system.")
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
        secrets.take(home, {name: password for name, password in given.items() if password})
    return own


def of(home: Home) -> OwnServers:
    """Those of the last start; none before the first."""
    try:
        return OwnServers.read(_variables(json.loads(_file(home).read_text(encoding="utf-8"))))
    except FileNotFoundError:
        return OwnServers()


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


def _file(home: Home) -> Path:
    return home.etc / "own-servers.json"


def _variables(chosen: Mapping[str, str]) -> dict[str, str]:
    return {f"BIRZHA_{name.upper()}": value for name, value in chosen.items()}
