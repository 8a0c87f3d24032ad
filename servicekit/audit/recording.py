"""Writing the audit trail; the only writer."""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model
from django.utils import translation

from servicekit.audit.actions import ACTIONS
from servicekit.audit.actors import Actor
from servicekit.audit.models import AuditEntry
from servicekit.telemetry import current_request_id

log = logging.getLogger("servicekit.audit")


class Subject(NamedTuple):
    """An object that is not a database row, such as a file."""

    type: str
    id: str
    name: str


def record(
    action: str,
    thing: Model | Subject,
    *,
    by: Actor,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """Note what an operator did, in the transaction that does it, and log it when it is committed.

    Args:
        action: what, one of :data:`~servicekit.audit.actions.ACTIONS`.
        thing: what it is done to.
        before, after: the values that mattered; amounts in minor units.

    Raises:
        TransactionManagementError: there is no transaction, so the row could stand without the action.
    """
    assert action in ACTIONS, action
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an action is recorded in the transaction that does it")
    subject = thing if isinstance(thing, Subject) else _subject(thing)
    entry = AuditEntry(
        actor_id=by.id,
        actor_name=by.name[:64],
        action=action,
        object_type=subject.type[:64],
        object_id=subject.id[:64],
        object_name=subject.name[:200],
        before=_plain(before),
        after=_plain(after),
        reason=reason.strip()[:500],
        request_id=current_request_id()[:64],
    )
    entry.save(force_insert=True)
    transaction.on_commit(
        lambda: log.warning(
            "operator's action %s on %s %s (%s) by %s (%s): %s -> %s; reason: %s",
            action, entry.object_type, entry.object_id, entry.object_name, entry.actor_name,
            entry.actor_id or "-", entry.before, entry.after, entry.reason or "-",
            extra={
                "event": "operator.action",
                "fields": {"action": entry.action, "object_id": entry.object_id},
            },
        )
    )  # fmt: skip
    return entry


def _subject(thing: Model) -> Subject:
    """A row, by one name whatever language its operator reads."""
    with translation.override("en"):
        return Subject(thing._meta.label_lower, str(thing.pk), str(thing))


def _plain(values: dict[str, Any] | None) -> dict[str, Any]:
    """The values as JSON has them: ids, decimals and moments as text, names in English."""
    encoder = DjangoJSONEncoder()
    plain = (str, int, float, bool, type(None))
    with translation.override("en"):
        return {
            name: value if isinstance(value, plain) else encoder.default(value)
            for name, value in (values or {}).items()
        }
