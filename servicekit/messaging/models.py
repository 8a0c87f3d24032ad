"""The tables of messaging, in each service's own database."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class OutboxEvent(models.Model):
    """An event to be sent, written in the transaction that caused it.

    ``outbox_seq`` is given while the aggregate's row is locked, so the events of one subject have
    rising numbers; it is the order in which the relay sends. Events of different subjects may
    commit out of it, which is why the relay never skips to "after the last". A row never changes;
    what is still to be sent stands in :class:`UnsentEvent`.
    """

    outbox_seq = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True)
    type = models.CharField(max_length=100)
    subject = models.CharField(max_length=100)
    sequence = models.PositiveIntegerField()
    envelope = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "outbox"
        verbose_name = _("published event")
        verbose_name_plural = _("published events")
        constraints = [
            models.UniqueConstraint(fields=["subject", "sequence"], name="outbox_subject_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject} #{self.sequence}"


class UnsentEvent(models.Model):
    """The number of an outbox row that is not sent yet; deleted once the event is on the stream.

    A narrow table, because a row is added and removed for every event: a flag in the outbox row would
    rewrite the whole row and each of its indexes.
    """

    outbox_seq = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "outbox_unsent"

    def __str__(self) -> str:
        return str(self.outbox_seq)


class SentBatch(models.Model):
    """Events that were appended to the stream together; ``last_entry`` is the last of them.

    The relay uses these rows to send events again when Redis has lost entries. Rows that every subscriber
    has acknowledged are removed.
    """

    last_entry = models.CharField(max_length=42)
    outbox_seqs = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "outbox_batches"

    def __str__(self) -> str:
        return f"{len(self.outbox_seqs)} up to {self.last_entry}"


class StreamState(models.Model):
    """The state of the service's own stream; one row at most.

    ``last_entry``: the last entry that the relay has appended. If the stream's last entry is older, Redis has
    lost entries. ``confirmed``: every subscriber has acknowledged this entry and
    all before it, so they are never sent again.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    last_entry = models.CharField(max_length=42, default="0-0", db_default="0-0")
    confirmed = models.CharField(max_length=42, default="0-0", db_default="0-0")

    class Meta:
        db_table = "stream_state"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="stream_state_one_row")]

    def __str__(self) -> str:
        return f"sent {self.last_entry}, confirmed {self.confirmed}"


class Replay(models.Model):
    """Events of the outbox that were marked to be sent again: when, how many, and by whom."""

    #: ``by`` of what was noticed without a person (compose/events/reconciler.py).
    RECONCILER = "reconciler"

    at = models.DateTimeField(_("at"), db_default=Now())
    by = models.CharField(_("by"), max_length=150)
    events = models.PositiveIntegerField(_("events"))

    class Meta:
        db_table = "outbox_replays"
        verbose_name = _("replay")
        verbose_name_plural = _("replays")

    def __str__(self) -> str:
        return f"{self.events} by {self.by}"


class InboxEvent(models.Model):
    """An event that this service has handled, written in the transaction of its effect."""

    pk = models.CompositePrimaryKey("consumer", "event_id")
    consumer = models.CharField(max_length=40)
    event_id = models.UUIDField()
    type = models.CharField(max_length=100)
    handled_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "inbox"
        verbose_name = _("handled event")
        verbose_name_plural = _("handled events")

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class FailedEvent(models.Model):
    """An event whose handler raised: how often, why, and whether it was given up (``dead_at``)."""

    event_id = models.UUIDField(primary_key=True)
    stream = models.CharField(max_length=60)
    type = models.CharField(max_length=100)
    subject = models.CharField(max_length=100)
    envelope = models.TextField()
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField()
    first_failed_at = models.DateTimeField(db_default=Now())
    dead_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "failed_events"
        verbose_name = _("failed event")
        verbose_name_plural = _("failed events")

    def __str__(self) -> str:
        return f"{self.type} {self.event_id} ({self.attempts})"


class DroppedEvent(models.Model):
    """A dead letter that an operator dropped: the event, who dropped it and why.

    Its id stands in the inbox as well, so that it is not handled when it comes again.
    """

    event_id = models.UUIDField(primary_key=True)
    stream = models.CharField(max_length=60)
    type = models.CharField(max_length=100)
    subject = models.CharField(max_length=100)
    envelope = models.TextField()
    attempts = models.PositiveIntegerField()
    error = models.TextField()
    first_failed_at = models.DateTimeField()
    dropped_at = models.DateTimeField(db_default=Now())
    dropped_by = models.CharField(max_length=150)
    reason = models.TextField()

    class Meta:
        db_table = "dropped_events"
        verbose_name = _("dropped event")
        verbose_name_plural = _("dropped events")

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class StreamGroup(models.Model):
    """A subscriber of this service's stream: everything up to ``acknowledged`` is in its inbox."""

    name = models.CharField(max_length=40, primary_key=True)
    acknowledged = models.CharField(max_length=42)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "stream_groups"

    def __str__(self) -> str:
        return f"{self.name} {self.acknowledged}"


class RemovedEvents(models.Model):
    """Rows that retention has removed: per type and UTC day of the event's id, how many and their digest.

    ``digest`` is the sum of ``event_hash(id)``, so it does not depend on the order of removal.
    """

    class Side(models.TextChoices):
        OUTBOX = "outbox"
        INBOX = "inbox"

    pk = models.CompositePrimaryKey("side", "type", "day")
    side = models.CharField(max_length=6, choices=Side.choices)
    type = models.CharField(max_length=100)
    day = models.DateField()
    count = models.BigIntegerField()
    digest = models.DecimalField(max_digits=40, decimal_places=0)

    class Meta:
        db_table = "removed_events"

    def __str__(self) -> str:
        return f"{self.side} {self.type} {self.day}: {self.count}"
