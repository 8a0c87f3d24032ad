"""Deposits and withdrawals. Amounts in minor units of ``currency``."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id
from servicekit.money import to_text


class _Booked(models.Model):
    """What a customer asked for, booked when it was made. ``amount``: above zero."""

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField(_("user"))
    idempotency_key = models.CharField(_("idempotency key"), max_length=255)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    created_at = models.DateTimeField(_("made"), db_default=Now())

    class Meta:
        abstract = True
        indexes = (models.Index(fields=["user_id", "-created_at"], name="%(class)s_of_user"),)
        constraints = (
            models.UniqueConstraint(fields=["user_id", "idempotency_key"], name="%(class)s_once_per_key"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="%(class)s_of_something"),
        )

    def __str__(self) -> str:
        return f"{to_text(self.amount, self.currency)} {self.currency}"


class Deposit(_Booked):
    """A customer's deposit."""

    journal_entry = models.OneToOneField(
        "ledger.JournalEntry", models.PROTECT, related_name="deposit", verbose_name=_("journal entry")
    )

    class Meta(_Booked.Meta):
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")


class Withdrawal(_Booked):
    """A customer's withdrawal."""

    journal_entry = models.OneToOneField(
        "ledger.JournalEntry", models.PROTECT, related_name="withdrawal", verbose_name=_("journal entry")
    )

    class Meta(_Booked.Meta):
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
