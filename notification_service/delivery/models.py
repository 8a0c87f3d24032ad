"""A :class:`Contact` per user, copied from user_service's events, and a :class:`Delivery` per message."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notification_service.kinds import EXTERNAL, Kind


class Contact(models.Model):
    """Where and how a user is addressed.

    ``version`` is the sequence of the event it was copied from: an older event that arrives late
    changes nothing. ``closed_at``: of a closed account, of which nothing else is known any more.
    """

    user_id = models.UUIDField(_("user"), primary_key=True, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254)
    locale = models.CharField(_("language"), max_length=8)
    display_name = models.CharField(_("name"), max_length=150)
    version = models.PositiveIntegerField(_("version"))
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    closed_at = models.DateTimeField(_("account closed"), null=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = (
            models.Index(
                fields=["closed_at"], condition=Q(closed_at__isnull=False), name="contact_of_closed"
            ),
        )

    def __str__(self) -> str:
        return self.display_name or str(self.user_id)


class State(models.TextChoices):
    """Of a delivery. Only an operator takes one from ``failed`` back to ``pending``."""

    PENDING = "pending", _("pending")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


class Delivery(models.Model):
    """A notification on its way over one external channel, once: (notification, channel) is unique.

    It is written in one statement with its notification. While it is ``pending``, ``next_at`` is when it
    is tried next; whoever tries it first moves that on by a lease, so that nobody else does meanwhile.
    """

    notification_id = models.UUIDField(_("notification"))
    user_id = models.UUIDField(_("user"))
    kind = models.CharField(_("kind"), max_length=32, choices=Kind.choices)
    channel = models.CharField(_("channel"), max_length=16, choices=[(c.value, c.label) for c in EXTERNAL])
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = (
            models.UniqueConstraint(
                fields=["notification_id", "channel"], name="delivery_once_per_notification_and_channel"
            ),
            models.CheckConstraint(name="delivery_state", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="delivery_sent_at",
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
            ),
        )
        indexes = (
            models.Index(fields=["channel", "next_at"], condition=Q(state="pending"), name="delivery_due"),
            models.Index(
                fields=["user_id", "channel"], condition=Q(state="pending"), name="delivery_of_user"
            ),
            models.Index(fields=["-id"], condition=Q(state="failed"), name="delivery_failed"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} → {self.get_channel_display()}"
