"""Passwords and keys of one system, made on the first run and kept in ``secrets/`` with mode 0600."""

from __future__ import annotations

import json
import secrets

from compose.local.console import CommandError
from compose.local.paths import Home, write_private
from compose.system.environment import secrets as names

#: Letters and digits that nobody takes for one another, for the one password a person types.
TYPEABLE = "abcdefghjkmnpqrstuvwxyz23456789"


def load(home: Home) -> dict[str, str]:
    """The system's secrets by name; missing ones are made and kept.

    Their names: ``compose.system.environment.secrets``.

    Raises:
        CommandError: the file is damaged, or gone while data made with it is still there.
    """
    file = home.secrets / "passwords.json"
    known: dict[str, str] = {}
    if file.exists():
        try:
            known = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise CommandError(f"{file} is damaged; restore it, or start over with make reset.") from error
    elif (home.data / "postgres" / "PG_VERSION").exists():
        raise CommandError(
            f"{file} is gone, and the data cannot be opened without it; "
            "restore it, or start over with make reset."
        )
    wanted = {name: known.get(name) or make(name) for name in names()}
    if wanted != known:
        write_private(file, json.dumps(wanted, indent=1) + "\n")
    return wanted


def take(home: Home, given: dict[str, str]) -> None:
    """Keep these in the place of those that were made, by name."""
    known = load(home)
    if known | given != known:
        write_private(home.secrets / "passwords.json", json.dumps(known | given, indent=1) + "\n")


def make(name: str) -> str:
    """A new value of a secret."""
    if name == "operator":
        return "-".join("".join(secrets.choice(TYPEABLE) for _ in range(5)) for _ in range(4))
    return secrets.token_urlsafe(32)
