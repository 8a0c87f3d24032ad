"""A user's request to close the account, and what became of it. See docs/flows/close.md."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id


class State(models.TextChoices):
    """Of a closing: it is decided once, by billing_service."""

    PENDING = "pending", _("being checked")
    REFUSED = "refused", _("refused")
    CLOSED = "closed", _("closed")


class Closing(models.Model):
    """One request.

    ``attempts``: how often billing_service was asked, the last time at ``last_attempt_at``. The rest is its
    answer: what was left, if it refused. ``balance`` and ``held``: minor units of ``currency``, the second a
    part of the first.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="closings", verbose_name=_("user")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PENDING)
    requested_at = models.DateTimeField(_("asked for"), default=timezone.now)
    last_attempt_at = models.DateTimeField(_("last attempt"), default=timezone.now, db_column="asked_at")
    attempts = models.PositiveIntegerField(_("times asked"), default=1)
    decided_at = models.DateTimeField(_("decided"), null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    balance = models.BigIntegerField(_("balance"), default=0)
    held = models.BigIntegerField(_("held"), default=0)
    frozen = models.BooleanField(_("frozen"), default=False)
    open_orders = models.PositiveIntegerField(_("open orders"), default=0)
    positions = models.PositiveIntegerField(_("positions"), default=0)
    payments_due = models.PositiveIntegerField(_("payments due"), default=0)

    class Meta:
        verbose_name = _("closing of an account")
        verbose_name_plural = _("closings of accounts")
        ordering = ("-requested_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["user"], condition=Q(state="pending"), name="closing_one_pending_a_user"
            ),
            models.CheckConstraint(
                name="closing_decided_once",
                condition=Q(state="pending", decided_at=None)
                | Q(state__in=["refused", "closed"], decided_at__isnull=False),
            ),
        )
        indexes = (
            models.Index(fields=["user", "-requested_at"], name="closing_of_user"),
            models.Index(fields=["last_attempt_at"], condition=Q(state="pending"), name="closing_pending"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} ({self.get_state_display()})"
