"""The only writer of :class:`~servicekit.people.models.Person`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from servicekit.contracts import user
from servicekit.database.bulk import Upsert
from servicekit.people.models import Person


class _Named(NamedTuple):
    """A person who signed up."""

    user_id: UUID
    username: str
    display_name: str = ""
    version: int = 0


class _Renamed(NamedTuple):
    """How a person wants to be called, as of ``version``."""

    user_id: UUID
    display_name: str
    version: int
    username: str = ""


class _Forgotten(NamedTuple):
    """Somebody whose account is closed, as of ``version``."""

    user_id: UUID
    version: int
    display_name: str = ""
    closed: bool = True
    username: str = ""


_REGISTER = Upsert(Person, _Named, key="user_id", update=("username",))
_RENAME = Upsert(
    Person,
    _Renamed,
    key="user_id",
    update=("display_name", "version"),
    where="kept.version < excluded.version",
)
_FORGET = Upsert(
    Person,
    _Forgotten,
    key="user_id",
    update=("display_name", "version", "closed"),
    where="kept.version < excluded.version",
)


def people_register(accounts: Iterable[user.AccountRegistered]) -> None:
    """Remember who signed up, each user once."""
    _REGISTER.run(_Named(account.user_id, account.username) for account in accounts)


def people_rename(changes: Iterable[tuple[user.ProfileChanged, int]]) -> None:
    """Follow the users' names, each user once, unless something newer is known.

    Args:
        changes: profiles, each with its version: the sequence of the event it came with.
    """
    _RENAME.run(_Renamed(profile.user_id, profile.display_name, version) for profile, version in changes)


def people_forget(closed: Iterable[tuple[user.AccountClosed, int]]) -> None:
    """Erase the display names of accounts that were closed; the usernames stay, as nobody else can have them.

    Args:
        closed: each with its version: the sequence of the event it came with.
    """
    _FORGET.run(_Forgotten(account.user_id, version) for account, version in closed)
