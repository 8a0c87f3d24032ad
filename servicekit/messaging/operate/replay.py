"""Replay: sends events of the outbox again; subscribers' inboxes ignore those they have handled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from servicekit.ids import first_id
from servicekit.messaging.consume.dedupe_window import MARGIN
from servicekit.messaging.models import OutboxEvent, Replay, UnsentEvent
from servicekit.messaging.publish.relay_wakeup import wake_relay

#: Rows marked in one statement.
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many events are sent again; and how many are not, because inboxes may have forgotten them."""

    sent_again: int
    too_old: int


def replay(
    *, ids: Iterable[UUID] | None = None, since: datetime | None = None, subject: str = "", by: str = ""
) -> Replayed:
    """Mark events of this service's outbox as unsent, so that the relay sends them again.

    What is given narrows the choice down: an event must fit all of it. An event that was not sent yet
    is left alone. What has been handled is not handled again: its id stands in the inbox.

    Args:
        ids: these events; those that the outbox does not have are passed over.
        since: published at this moment or later.
        subject: of this aggregate: ``order/<id>``.
        by: who requests it; recorded as a :class:`Replay`.

    Raises:
        ValueError: nothing was given; everything is said as ``since`` the beginning.
    """
    if ids is None and since is None and not subject:
        raise ValueError("say which events: ids, since, subject")
    rows = OutboxEvent.objects.exclude(outbox_seq__in=UnsentEvent.objects.values("outbox_seq"))
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    if subject:
        rows = rows.filter(subject=subject)
    # a day more than the inboxes' own margin, so that what is sent now still finds them knowing
    known = first_id(timezone.now() - timedelta(days=settings.INBOX_DAYS) + 2 * MARGIN)
    sent, old = 0, 0
    for part in _parts(rows, ids):
        old += part.filter(id__lt=known).count()
        seqs = part.filter(id__gte=known).values_list("outbox_seq", flat=True)
        again = [UnsentEvent(outbox_seq=seq) for seq in seqs]
        UnsentEvent.objects.bulk_create(again, ignore_conflicts=True)
        sent += len(again)
    if sent:
        Replay.objects.create(by=by, events=sent)
        transaction.on_commit(wake_relay)
    return Replayed(sent_again=sent, too_old=old)


def _parts(rows: QuerySet[OutboxEvent], ids: Iterable[UUID] | None) -> Iterable[QuerySet[OutboxEvent]]:
    """The rows in parts that are each marked in one statement, oldest first."""
    if ids is not None:
        remaining = iter(ids)
        while chunk := list(islice(remaining, CHUNK)):
            yield rows.filter(id__in=chunk)
        return
    last = 0
    while seqs := list(
        rows.filter(outbox_seq__gt=last).order_by("outbox_seq").values_list("outbox_seq", flat=True)[:CHUNK]
    ):
        last = seqs[-1]
        yield rows.filter(outbox_seq__gte=seqs[0], outbox_seq__lte=last)
