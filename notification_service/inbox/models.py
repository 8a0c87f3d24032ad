""":class:`Notification`: what a user was told; one per event.

A notification stores its kind and values, not a text: the text is rendered when it is
read, in the reader's language (:mod:`notification_service.inbox.texts`).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notification_service.kinds import Channel, Kind
from servicekit.ids import new_id

__all__ = ["Kind", "Notification"]


class Notification(models.Model):
    """Something that a user was told, in the inbox.

    ``source_event_id`` is the event that brought the news; with ``channel`` it is unique, so the
    same event delivered again says nothing twice. ``fill_id`` with ``channel`` is unique too: an
    execution is notified once, whatever event it came in. ``params`` are the event's values as JSON:
    amounts in minor units, prices as decimal strings.

    ``external_channels`` says over which other channels it goes besides, joined by commas, as its reader's
    preferences were: for each there is a ``Delivery``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField(_("user"))
    kind = models.CharField(_("kind"), max_length=32, choices=Kind.choices)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel.choices)
    source_event_id = models.UUIDField(_("source event"))
    order_id = models.UUIDField(_("order"), null=True)
    fill_id = models.UUIDField(_("fill"), null=True)
    params = models.JSONField(_("values"), default=dict)
    request_id = models.CharField(_("request"), max_length=64, blank=True, default="")
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    read_at = models.DateTimeField(_("read at"), null=True)
    external_channels = models.CharField(_("sent over"), max_length=64, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = (
            models.UniqueConstraint(
                fields=["source_event_id", "channel"], name="notification_once_per_event_and_channel"
            ),
            models.UniqueConstraint(
                fields=["fill_id", "channel"], name="notification_once_per_fill_and_channel"
            ),
        )
        indexes = (
            models.Index(fields=["user_id", "channel", "-created_at", "-id"], name="notification_newest"),
            models.Index(
                fields=["user_id", "channel"], condition=Q(read_at=None), name="notification_unread"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.user_id}"
