"""Holds: cash set aside for an order until it is filled (captured) or ends unfilled (voided, expired).

``pending → captured | voided | expired``. The first change wins: a hold is changed only while it is
pending and under the lock of its account, and a trigger refuses any change of a final one.

A hold does not expire by itself. Execution at the venue is an order's point of no return, and only
trading_service knows, from the venue, whether an order has executed; a hold released by billing's own
clock could be the cash of an executed order. So only ``OrderExpired`` (its deadline passed and the venue
canceled the order) makes a hold ``expired``. Billing's own clock, the database's, only raises an alarm:
``due_at`` is when the hold should have ended.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id


class Hold(models.Model):
    """One order's cash. Amounts in minor units of the account's currency.

    The rest of a pending hold, ``amount − captured − released``, is part of the account's ``held``. Each
    partial fill captures a part, and releases what the rest of the order no longer needs. A final hold never
    changes, and has ``captured + released = amount``.

    ``due_at``: by when it should be final; null for an order that may rest at the venue.

    A hold of zero without an account is a marker: the order ended before its hold was requested
    (its events were handled out of order), so none must be placed.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        CAPTURED = "captured", _("captured")
        VOIDED = "voided", _("voided")
        EXPIRED = "expired", _("expired")

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    order_id = models.UUIDField(_("order"), unique=True)
    account = models.ForeignKey(
        "ledger.LedgerAccount",
        on_delete=models.PROTECT,
        null=True,
        related_name="holds",
        verbose_name=_("account"),
    )
    user_id = models.UUIDField(_("user"))
    amount = models.BigIntegerField(_("amount"))
    captured = models.BigIntegerField(_("captured"), default=0)
    released = models.BigIntegerField(_("released"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    created_at = models.DateTimeField(_("placed"), db_default=Now())
    updated_at = models.DateTimeField(_("changed"), db_default=Now())
    due_at = models.DateTimeField(_("due"), null=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        indexes = [
            models.Index(fields=["account"], name="hold_pending", condition=Q(state="pending")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, account__isnull=False)
                | Q(amount=0, state__in=["voided", "expired"]),
                name="hold_of_something",
            ),
            models.CheckConstraint(
                condition=Q(captured__gte=0, released__gte=0, released__lte=F("amount") - F("captured")),
                name="hold_captured_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(state="pending")
                | Q(state="captured", captured__gt=0, released=F("amount") - F("captured"))
                | Q(state__in=["voided", "expired"], captured=0, released=F("amount")),
                name="hold_final_is_spent_or_released",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.order_id}"

    @property
    def left(self) -> int:
        """What is neither captured nor released, in minor units."""
        return self.amount - self.captured - self.released
