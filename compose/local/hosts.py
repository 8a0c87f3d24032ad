"""A system on several hosts: which part of it is here, and where the gateway finds the services.

Two parts: ``services`` (the services, their workers, PostgreSQL and the events' Redis unless these are
elsewhere, the checks) and ``edge`` (the gateway, nginx, the pages and their sessions). Between them is one
port, the ingress of the services' host, by TLS with a certificate on both sides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from compose import system
from compose.local import checked, public
from compose.local.console import CommandError
from compose.system import FRONTEND, GATEWAY, NGINX, SESSIONS, Process

SERVICES, EDGE = "services", "edge"
#: The choices, by their variables' names without BIRZHA_ and in small letters.
CHOICES = ("parts", "services_address", "inner_tls_cert", "inner_tls_key", "inner_tls_ca")
#: Where the ingress listens whose address does not say.
INGRESS_PORT = 8443
#: What is behind the ingress.
BEHIND_INGRESS = tuple(
    process.name
    for service in system.SERVICES
    for process in service.processes()
    if process.type.answers_http
)
_AT_EDGE = {SESSIONS.name, NGINX.name, GATEWAY.name}
#: What is done where: with the databases and the services, at the gateway, only where all of it is together.
_COMMANDS = {
    SERVICES: (
        *("backup", "check", "drill", "events", "import", "market", "psql", "reset-market", "restore"),
        *("rotate-key", "shell", "trace"),
    ),
    EDGE: ("gateway-reload", "gateway-restart"),
    "": ("canary", "canary-status", "dev", "promote", "rollback", "upgrade"),
}


@dataclass(frozen=True)
class Part:
    """What is on this host.

    Attributes:
        name: ``services``, ``edge``, or "" for all of it.
        host: of the services: where their ingress listens, and what its certificate is of.
        port: the ingress's.
        certificate: of this host, its key, and the authorities that sign those of both; PEM files.
    """

    name: str = ""
    host: str = ""
    port: int = 0
    certificate: tuple[Path, Path, Path] | None = None

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Part:
        """From the choices (:data:`CHOICES`).

        Raises:
            CommandError: a value that cannot be, or one that is missing.
        """
        given = {name: values.get(name, "") for name in CHOICES}
        name = checked.one_of("parts", given["parts"], SERVICES, EDGE)
        others = [f"BIRZHA_{choice.upper()}" for choice in CHOICES[1:]]
        missing = [f"BIRZHA_{choice.upper()}" for choice in CHOICES[1:] if not given[choice]]
        if name and missing:
            raise CommandError(f"BIRZHA_PARTS={name} needs {' and '.join(missing)}, too: see docs/hosts.md.")
        if not name:
            if len(missing) < len(others):
                unused = " and ".join(other for other in others if other not in missing)
                raise CommandError(f"{unused} need BIRZHA_PARTS=services or edge: see docs/hosts.md.")
            return cls()
        certificate, key, authorities = (Path(given[choice]).absolute() for choice in CHOICES[2:])
        return cls(name, *_address(name, given["services_address"]), (certificate, key, authorities))

    @property
    def has_services(self) -> bool:
        """Whether the services, their databases and streams are this host's business."""
        return self.name != EDGE

    @property
    def has_edge(self) -> bool:
        """Whether the gateway and the pages are here."""
        return self.name != SERVICES

    @property
    def place(self) -> str:
        """``<host>:<port>`` of the ingress."""
        return f"{public.bracketed(self.host)}:{self.port}"

    def has(self, process: Process) -> bool:
        """Whether a process, as every system has it, runs on this host."""
        at_edge = process.service == FRONTEND or process.name in _AT_EDGE
        return self.has_edge if at_edge else self.has_services

    def require(self, command: str) -> None:
        """Refuse a command of the other host.

        Raises:
            CommandError: says where it belongs.
        """
        if not self.name:
            return
        if command in _COMMANDS[""]:
            raise CommandError(
                f"make {command} is for a system on one host: here make restart SERVICE=… takes new code."
            )
        if command in _COMMANDS[EDGE if self.name == SERVICES else SERVICES]:
            there = "the gateway's" if self.name == SERVICES else "the services'"
            raise CommandError(f"make {command} is done on {there} host: this one has the {self.name} only.")


def cookie_suffix(public_url: str) -> str:
    """What the names of cookies end with, the same on both hosts."""
    return hashlib.sha256(public_url.encode()).hexdigest()[:8]


def _address(part: str, text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname or "", INGRESS_PORT if parts.port is None else parts.port
        good = host and port and not (parts.path or parts.query or "@" in text)
        good = good and public.is_host(public.bracketed(host))
    except ValueError:  # a port, or an address of IPv6, that is none
        good = False
    if not good:
        raise CommandError(
            f"BIRZHA_SERVICES_ADDRESS={text} must be the services' host and the port of its ingress, "
            f"such as 10.0.0.6:{INGRESS_PORT}."
        )
    if part == SERVICES and not public.is_address(host):
        raise CommandError(
            f"BIRZHA_SERVICES_ADDRESS={text} must be an address of this host, on which it listens, "
            f"such as 10.0.0.6:{INGRESS_PORT}; the gateway's host may be told a name."
        )
    return host, port
