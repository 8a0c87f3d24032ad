"""Who acts: an operator in an admin, or the user who runs a command."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """The actor of an audit entry.

    Attributes:
        name: the operator's name, or ``shell:<user>`` for a command.
        id: the operator's id as user_service knows it; None for a command.
    """

    name: str
    id: UUID | None = None

    @classmethod
    def of(cls, user: Any) -> Actor:
        """The operator who is signed in to an admin.

        Args:
            user: ``request.user``: a shadow user, whose username is the operator's id and whose first name
                is the name (see ``servicekit.auth.operators``), or user_service's own user.
        """
        username = str(user.get_username())
        known_id = user.pk if isinstance(user.pk, UUID) else _uuid(username)
        name = username if isinstance(user.pk, UUID) else (getattr(user, "first_name", "") or username)
        return cls(name=name, id=known_id)

    @classmethod
    def shell(cls, name: str = "") -> Actor:
        """The user who runs a command.

        Args:
            name: as given with ``--by``; the operating system's user by default.
        """
        return cls(name=f"shell:{name.strip() or _shell_user()}"[:64])

    @property
    def key(self) -> str:
        """What is kept where only one text fits (``booked_by``): the id, or the name of the shell's user."""
        return str(self.id) if self.id else self.name


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _shell_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        return "unknown"
