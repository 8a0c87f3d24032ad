"""A system's secrets, made once: ``python -m compose.kubernetes.secrets | kubectl -n birzha create -f -``.

What it prints is nowhere else: neither in the repository nor in what Kustomize writes. ``create`` refuses to
replace what is there. Who keeps secrets in a vault gives the same names and keys from there.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

import yaml

from compose.docker.network import variable_of
from compose.kubernetes.cluster import KEYS_SECRET, REDIS_SERVERS, SECRETS
from compose.kubernetes.objects import Object
from compose.kubernetes.operators import REDIS_ADMIN, SUPERUSER_SECRET, users_secret
from compose.local.secrets import make
from compose.system import SUPERUSER
from compose.system.environment import secrets as names
from compose.system.redis_access import access_list
from user_service.sessions.keys import key_make_first


def text() -> str:
    """Every Secret of a new system, as YAML."""
    passwords = {name: make(name) for name in names()}
    found = [
        _secret(SECRETS, {variable_of(name): value for name, value in passwords.items()}),
        _secret(KEYS_SECRET, _signing_key()),
        # what the operators of the production overlay ask for; one node has no use for it
        _secret(
            SUPERUSER_SECRET,
            {"username": SUPERUSER, "password": passwords[SUPERUSER]},
            "kubernetes.io/basic-auth",
        ),
        _secret(REDIS_ADMIN, {"password": passwords["redis.admin"]}),
        *(
            _secret(users_secret(server), {"user.acl": _users(access_list(server, passwords), passwords)})
            for server in REDIS_SERVERS.values()
        ),
    ]
    return yaml.safe_dump_all(found, sort_keys=False)


def _secret(name: str, values: dict[str, str], kind: str = "Opaque") -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name},
        "type": kind,
        "stringData": values,
    }


def _signing_key() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(aside)
        key_make_first(folder)
        return {
            file.name: file.read_text(encoding="ascii")
            for file in (*folder.glob("*.pem"), folder / "current")
        }


def _users(users: str, passwords: dict[str, str]) -> str:
    """The operator comes as ``default``, with the administrator's password, to replicate and to promote."""
    digest = hashlib.sha256(passwords["redis.admin"].encode()).hexdigest()
    return users.replace(
        "user default off resetkeys resetchannels -@all", f"user default on #{digest} ~* &* +@all"
    )


if __name__ == "__main__":
    sys.stdout.write(text())
