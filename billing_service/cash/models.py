"""Deposits and withdrawals. Amounts in minor units of ``currency``."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id
from servicekit.money import to_text


class Deposit(models.Model):
    """A customer's deposit, booked when it was made."""

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField(_("user"))
    idempotency_key = models.CharField(_("idempotency key"), max_length=255)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    journal_entry = models.OneToOneField(
        "ledger.JournalEntry",
        on_delete=models.PROTECT,
        related_name="deposit",
        verbose_name=_("journal entry"),
    )
    created_at = models.DateTimeField(_("made"), db_default=Now())

    class Meta:
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        indexes = [models.Index(fields=["user_id", "-created_at"], name="deposit_of_user")]
        constraints = [
            models.UniqueConstraint(fields=["user_id", "idempotency_key"], name="deposit_once_per_key"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_of_something"),
        ]

    def __str__(self) -> str:
        return f"{to_text(self.amount, self.currency)} {self.currency}"


class Withdrawal(models.Model):
    """A customer's withdrawal, booked when it was made. ``amount``: above zero, what the account lost."""

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField(_("user"))
    idempotency_key = models.CharField(_("idempotency key"), max_length=255)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    journal_entry = models.OneToOneField(
        "ledger.JournalEntry",
        on_delete=models.PROTECT,
        related_name="withdrawal",
        verbose_name=_("journal entry"),
    )
    created_at = models.DateTimeField(_("made"), db_default=Now())

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        indexes = [models.Index(fields=["user_id", "-created_at"], name="withdrawal_of_user")]
        constraints = [
            models.UniqueConstraint(fields=["user_id", "idempotency_key"], name="withdrawal_once_per_key"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="withdrawal_of_something"),
        ]

    def __str__(self) -> str:
        return f"{to_text(self.amount, self.currency)} {self.currency}"
