"""The tables of messaging, in each service's own database."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class OutboxEvent(models.Model):
    """An event to be sent, written in the transaction that caused it.

    ``position`` is given while the aggregate's row is locked, so the events of one subject have
    rising positions; it is the order in which the relay sends. Events of different subjects may
    commit out of it, which is why the relay never skips to "after the last". ``entry`` is the id
    under which the stream took it.
    """

    position = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True)
    type = models.CharField(max_length=100)
    subject = models.CharField(max_length=100)
    sequence = models.PositiveIntegerField()
    envelope = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)
    entry = models.CharField(max_length=42, null=True)

    class Meta:
        db_table = "outbox"
        verbose_name = _("published event")
        verbose_name_plural = _("published events")
        constraints = [
            models.UniqueConstraint(fields=["subject", "sequence"], name="outbox_subject_sequence"),
        ]
        indexes = [
            models.Index(
                fields=["position"], name="outbox_unsent", condition=models.Q(published_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject} #{self.sequence}"


class StreamState(models.Model):
    """What is known of the service's own stream; one row at most.

    ``last_entry``: the last that the relay has seen the stream take. A stream whose last entry is an
    earlier one has lost something. ``confirmed``: every subscriber has acknowledged this entry and
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
