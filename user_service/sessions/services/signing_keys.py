"""Operators' actions on the signing keys, each recorded in user_service's audit trail.

The keys are files, the trail is a table: the database is checked first, so that no key changes
while nothing can be recorded, and the row is written right after the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from servicekit.audit.actors import Actor
from servicekit.audit.recording import Subject, record
from user_service.sessions import keys
from user_service.sessions.errors import SigningKeyMissing


def signing_key_make_first(*, by: Actor) -> str | None:
    """Make the first key and let it sign. Returns its id; None when there is a key already."""
    with _recorded():
        kid = keys.key_make_first(_directory())
        if kid:
            record("key.make", _subject(kid), by=by, after={"signs": kid})
    return kid


def signing_key_publish(*, by: Actor) -> str:
    """Publish a new key that does not sign yet. Returns its id."""
    with _recorded():
        kid = keys.key_add(_directory())
        record("key.publish", _subject(kid), by=by, after={"published": kid})
    return kid


def signing_key_activate(*, by: Actor, at_once: bool = False) -> str:
    """Let the newest key sign from now on. Returns its id.

    Args:
        at_once: do not wait until everybody has fetched it: for a key that was stolen.

    Raises:
        KeyNotPublishedLongEnough: somebody may not have fetched it yet; ``wait`` says how long to wait.
        SigningKeyMissing: there is no key.
    """
    with _recorded():
        before = _signs()
        kid = keys.key_activate(_directory(), at_once=at_once)
        if kid != before:
            after = {"signs": kid, "at_once": at_once}
            record("key.activate", _subject(kid), by=by, before={"signs": before}, after=after)
    return kid


def signing_keys_retire(*, by: Actor) -> list[str]:
    """Delete the keys that nothing depends on any more. Returns their ids."""
    with _recorded():
        retired = keys.key_retire(_directory())
        for kid in retired:
            record("key.retire", _subject(kid), by=by, before={"published": kid})
    return retired


@contextmanager
def _recorded() -> Iterator[None]:
    connection.ensure_connection()
    with transaction.atomic():
        yield


def _signs() -> str | None:
    try:
        return keys.key_ring().current
    except SigningKeyMissing:
        return None


def _subject(kid: str) -> Subject:
    return Subject("signing_key", kid, kid)


def _directory() -> Path:
    return Path(settings.JWT_KEYS)
