"""The file ``etc/<service>.env`` of each service: everything that a process must be told.

Two more are for people and checks: ``auditor.env`` (reads every database and stream) and
``operator.env`` (the first operator's name and password, and the public address).
"""

from __future__ import annotations

from compose.local import postgres, valkey
from compose.local.paths import Home, write_private
from compose.local.settings import QUOTAS, Settings
from compose.services import FRONTEND, SERVICES, Service

OPERATOR = "operator"


def write(home: Home, settings: Settings, passwords: dict[str, str]) -> None:
    """Write every file, mode 0600."""
    for service in (*SERVICES, FRONTEND):
        _write(home, service.name, _service(home, settings, passwords, service))
    auditor = {
        "BIRZHA_DATABASE_HOST": str(home.run),
        "BIRZHA_DATABASE_PORT": str(postgres.PORT),
        "BIRZHA_DATABASE_USER": postgres.AUDITOR,
        "BIRZHA_DATABASE_PASSWORD": passwords[postgres.AUDITOR],
        "BIRZHA_REDIS_URL": valkey.url(home, "auditor", passwords["redis.auditor"]),
        "BIRZHA_PUBLIC_URL": settings.public_url,
    }
    _write(home, "auditor", auditor)
    _write(home, "operator", {"BIRZHA_PUBLIC_URL": settings.public_url, **operator(passwords)})


def operator(passwords: dict[str, str]) -> dict[str, str]:
    """What ``user_service``'s ``make_operator`` reads."""
    return {"BIRZHA_OPERATOR_USERNAME": OPERATOR, "BIRZHA_OPERATOR_PASSWORD": passwords["operator"]}


def read(home: Home, name: str) -> dict[str, str]:
    """The values of ``etc/<name>.env``."""
    lines = (home.etc / f"{name}.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def _service(home: Home, settings: Settings, passwords: dict[str, str], service: Service) -> dict[str, str]:
    values = {
        "BIRZHA_SECRET_KEY": passwords[f"django.{service.name}"],
        "BIRZHA_REDIS_URL": valkey.url(home, service.name, passwords[f"redis.{service.name}"]),
        "BIRZHA_JWKS_URL": f"unix:{home.socket('user')}:/.well-known/jwks.json",
        "BIRZHA_PUBLIC_URL": settings.public_url,
        "BIRZHA_COOKIE_SUFFIX": settings.cookie_suffix,
    }
    if settings.debug:
        values["BIRZHA_DEBUG"] = "1"
    if service.worker:
        values["BIRZHA_WORKER_METRICS"] = str(home.socket(f"{service.name}-worker"))
    if service.database:
        values |= {
            "BIRZHA_DATABASE_HOST": str(home.run),
            "BIRZHA_DATABASE_PORT": str(postgres.PORT),
            "BIRZHA_DATABASE_NAME": service.name,
            "BIRZHA_DATABASE_USER": service.name,
            "BIRZHA_DATABASE_PASSWORD": passwords[service.name],
            "BIRZHA_DATABASE_OWNER": service.owner,
            "BIRZHA_DATABASE_OWNER_PASSWORD": passwords[service.owner],
        }
    for name, owner in QUOTAS.items():
        if owner == service.name and (quota := settings.quotas.get(name)):
            values[f"BIRZHA_{name.upper()}"] = quota
    if service.name == "user":
        values["BIRZHA_JWT_KEYS"] = str(home.secrets / "jwt")
    if service.name == "market":
        values["BIRZHA_QUOTE_FEED"] = settings.quote_feed
    if service is FRONTEND:
        values["BIRZHA_REDIS_URL"] = valkey.url(
            home, service.name, passwords[f"redis.{service.name}"], valkey.SESSIONS
        )
        values["BIRZHA_GATEWAY_URL"] = f"unix:{home.socket('gateway')}"
    return values


def _write(home: Home, name: str, values: dict[str, str]) -> None:
    text = "".join(f"{key}={value}\n" for key, value in values.items())
    write_private(home.etc / f"{name}.env", "# Written by every start.\n" + text)
