"""`make docker-env`: writes ``compose/docker/.env``: a system's secrets and its choices, to be filled in.

What is there stays: a file of an older version gets the secrets that it lacks.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from compose.docker.network import variable_of
from compose.local.console import say
from compose.local.paths import write_private
from compose.local.secrets import make
from compose.system.environment import secrets as names

FILE = Path(__file__).with_name(".env")

_CHOICES = """\
# What this system is to be. Empty means the default; what each is: docs/docker.md, docs/commands.md.
COMPOSE_PROJECT_NAME=birzha
# What runs beside it: mail, observe, traces, or some of them with commas between
COMPOSE_PROFILES=
BIRZHA_PORT=8000
BIRZHA_BIND=127.0.0.1
BIRZHA_PUBLIC_URL=
BIRZHA_ALLOWED_HOSTS=
BIRZHA_TRUSTED_PROXIES=
BIRZHA_CURRENCY=
BIRZHA_FEED=
BIRZHA_SOURCE_URL=
BIRZHA_OPERATOR_SECOND_FACTOR=
BIRZHA_SMTP_URL=
BIRZHA_MAIL_FROM=
# Traces: http://traces:4318 with --profile traces, or a collector of your own
OTEL_EXPORTER_OTLP_ENDPOINT=
# PostgreSQL and Redis of your own, with COMPOSE_FILE=compose.yaml:own-postgres.yaml:own-redis.yaml
BIRZHA_POSTGRES_SERVER=
BIRZHA_REDIS_SERVER=
BIRZHA_SESSIONS_SERVER=
BIRZHA_REDIS_USERS=
BIRZHA_SERVERS_CA=
"""
_SUFFIX, _GRAFANA = "BIRZHA_COOKIE_SUFFIX", "BIRZHA_GRAFANA_PASSWORD"


def write(file: Path = FILE) -> str:
    """Add what is missing, mode 0600.

    Returns:
        The operator's password.
    """
    text = file.read_text(encoding="utf-8") if file.exists() else _CHOICES
    known = _values(text)
    wanted = {_SUFFIX: secrets.token_hex(4), _GRAFANA: secrets.token_urlsafe(16)}
    wanted |= {variable_of(name): make(name) for name in names()}
    missing = {name: value for name, value in wanted.items() if name not in known}
    if missing:
        lines = "".join(f"{name}={value}\n" for name, value in missing.items())
        write_private(
            file, f"{text.rstrip()}\n\n# Secrets, made once: whoever has them has the system.\n{lines}"
        )
    return {**missing, **known}[variable_of("operator")]


def write_once(file: Path = FILE) -> str:
    """The same. Returns the operator's password when it was made now, otherwise where it is written."""
    is_new = variable_of("operator") not in read(file)
    password = write(file)
    return password if is_new else f"with the password in {file}"


def read(file: Path = FILE) -> dict[str, str]:
    """What it says; nothing if it is not there."""
    return _values(file.read_text(encoding="utf-8")) if file.exists() else {}


def _values(text: str) -> dict[str, str]:
    return dict(line.partition("=")[::2] for line in text.splitlines() if not line.startswith("#"))


def main() -> None:
    """Write it and say where."""
    password = write_once()
    say(f"{FILE} has the choices and secrets of this system. The operator is operator, {password}")


if __name__ == "__main__":
    main()
