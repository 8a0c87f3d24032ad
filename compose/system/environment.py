"""Each service's environment variables, and the secrets that it needs."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from compose.system import AUDITOR, DELIVERY, EVENTS, SERVICES, SUPERUSER, WEB_SERVERS, RedisServer, Service
from servicekit.otel_variables import OTEL_VARIABLES

#: The operator's name; the other half of the sign-in is the secret ``operator``.
OPERATOR = "operator"
#: Of every process. Few malloc arenas: a threaded Python process is a third smaller with two than with eight
#: per core.
PROCESS_VARIABLES = {"MALLOC_ARENA_MAX": "2", "PYTHONUNBUFFERED": "1"}


class Endpoints(Protocol):
    """Where things are found, as their runner has put them."""

    @property
    def database(self) -> tuple[str, str]:
        """PostgreSQL's host, or the folder of its socket, and port; of its replicas, too, by commas."""

    @property
    def database_ca(self) -> str:
        """The file of authorities that PostgreSQL's certificate is checked by; "": no TLS."""

    @property
    def keys(self) -> str:
        """The folder of the keys that sign tokens."""

    def http(self, process: str, path: str = "") -> str:
        """Where a process answers HTTP."""

    def redis(self, server: RedisServer, user: str, password: str) -> str:
        """How redis-py connects."""

    def metrics(self, process: str) -> str:
        """The socket on which a worker sends its web server its metrics."""


def child_environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment for a child process that finds what else it must know in a system's home.

    Args:
        home: BIRZHA_HOME; nothing else that we were told of a system reaches the child.
        more: variables beside it.
    """
    theirs = ("BIRZHA_", "DJANGO_", "OTEL_")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    return ours | {"BIRZHA_HOME": str(home)} | dict(more or {})


def secrets() -> list[str]:
    """``operator``; ``links``; ``<role>`` of PostgreSQL; ``redis.<user>``; ``django.<service>``."""
    roles = [SUPERUSER, AUDITOR, *(role for service in SERVICES for role in (service.name, service.owner))]
    redis = ["redis.admin", f"redis.{AUDITOR}", *(f"redis.{service.name}" for service in WEB_SERVERS)]
    return ["operator", "links", *roles, *redis, *(f"django.{service.name}" for service in WEB_SERVERS)]


def service_variables(
    service: Service, endpoints: Endpoints, passwords: Mapping[str, str], chosen: Mapping[str, str]
) -> dict[str, str]:
    """A service's environment.

    Args:
        endpoints: where things are.
        passwords: every secret by its name.
        chosen: by name, what was chosen for this system: ``public_url``, ``cookie_suffix``, ``currency``,
            ``debug`` ("1" or ""), and the services' own choices; "" leaves one to the service.
    """
    values = {
        "BIRZHA_SERVICES": known_services(),
        "BIRZHA_SECRET_KEY": passwords[f"django.{service.name}"],
        "BIRZHA_REDIS_URL": endpoints.redis(service.redis, service.name, passwords[f"redis.{service.name}"]),
        "BIRZHA_JWKS_URL": endpoints.http("user", "/.well-known/jwks.json"),
        "BIRZHA_PUBLIC_URL": chosen["public_url"],
        "BIRZHA_COOKIE_SUFFIX": chosen["cookie_suffix"],
        "BIRZHA_CURRENCY": chosen["currency"],
    }
    if service.has_worker:
        values["BIRZHA_WORKER_METRICS"] = endpoints.metrics(f"{service.name}-worker")
    if DELIVERY in service.types:
        values["BIRZHA_DELIVERY_METRICS"] = endpoints.metrics(f"{service.name}{DELIVERY.suffix}")
    if service.has_database:
        values |= _database(endpoints) | {
            "BIRZHA_DATABASE_NAME": service.name,
            "BIRZHA_DATABASE_USER": service.name,
            "BIRZHA_DATABASE_PASSWORD": passwords[service.name],
            "BIRZHA_DATABASE_OWNER": service.owner,
            "BIRZHA_DATABASE_OWNER_PASSWORD": passwords[service.owner],
        }
    if service.signs_tokens:
        values["BIRZHA_JWT_KEYS"] = endpoints.keys
    if service.knows_links:
        values["BIRZHA_LINK_KEY"] = passwords["links"]
    if service.calls_gateway:
        values["BIRZHA_GATEWAY_URL"] = endpoints.http("gateway")
    given = {name: chosen.get(name, "") for name in ("debug", *service.choices)}
    values |= {f"BIRZHA_{name.upper()}": value for name, value in given.items() if value}
    return values | {name: value for name in OTEL_VARIABLES if (value := chosen.get(name))}


def auditor_variables(endpoints: Endpoints, passwords: Mapping[str, str], public_url: str) -> dict[str, str]:
    """The environment of checks and the reconciler: how to read every database and the streams."""
    return _database(endpoints) | {
        "BIRZHA_DATABASE_USER": AUDITOR,
        "BIRZHA_DATABASE_PASSWORD": passwords[AUDITOR],
        "BIRZHA_REDIS_URL": endpoints.redis(EVENTS, AUDITOR, passwords[f"redis.{AUDITOR}"]),
        "BIRZHA_PUBLIC_URL": public_url,
    }


def operator_variables(passwords: Mapping[str, str]) -> dict[str, str]:
    """What ``user_service``'s ``make_operator`` reads."""
    return {"BIRZHA_OPERATOR_USERNAME": OPERATOR, "BIRZHA_OPERATOR_PASSWORD": passwords["operator"]}


def known_services() -> str:
    """Every service's name, slug and title, as JSON: what admins and the API's documentation list."""
    known = [
        {"name": each.name, "slug": each.slug, "en": each.title[0], "ru": each.title[1]} for each in SERVICES
    ]
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"))


def _database(endpoints: Endpoints) -> dict[str, str]:
    host, port = endpoints.database
    values = {"BIRZHA_DATABASE_HOST": host, "BIRZHA_DATABASE_PORT": port}
    return values | ({"BIRZHA_DATABASE_CA": endpoints.database_ca} if endpoints.database_ca else {})
