"""Accounts, and the freezes of those whose books do not agree. Amounts are BIGINT minor units."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id


class LedgerAccount(models.Model):
    """A cash account: a customer's, or one of the system's own (one per currency).

    ``balance``: all of it; ``held``: the part of it that is set aside for open orders.
    ``last_number``: of the account's latest leg. ``frozen_at``: since when nothing new may be done
    with the account, because its books do not agree; see :class:`AccountFreeze`. ``closing_id``: its customer
    wants it closed: nothing new may be done with it either; ``closed_at``: since when it is closed, for good.
    """

    class Kind(models.TextChoices):
        CUSTOMER_CASH = "customer_cash", _("customer's cash")
        HOUSE_CASH = "house_cash", _("the house's cash")
        FEES = "fees", _("fees earned")
        EXTERNAL = "external", _("the world outside")

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    user_id = models.UUIDField(_("user"), null=True, unique=True)
    currency = models.CharField(_("currency"), max_length=3)
    balance = models.BigIntegerField(_("balance"), default=0)
    held = models.BigIntegerField(_("held"), default=0)
    last_number = models.BigIntegerField(_("latest entry"), default=0)
    opened_at = models.DateTimeField(_("opened"), db_default=Now())
    frozen_at = models.DateTimeField(_("frozen"), null=True)
    closing_id = models.UUIDField(_("closing"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "currency"],
                condition=~Q(kind="customer_cash"),
                name="account_one_of_the_system_per_currency",
            ),
            models.CheckConstraint(
                condition=Q(kind="customer_cash", user_id__isnull=False)
                | (~Q(kind="customer_cash") & Q(user_id__isnull=True)),
                name="account_user_only_of_customer",
            ),
            models.CheckConstraint(
                condition=~Q(kind="customer_cash") | Q(balance__gte=0),
                name="account_customer_never_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(held=0) | Q(kind="customer_cash", held__gte=0, held__lte=F("balance")),
                name="account_held_within_balance",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None)
                | Q(kind="customer_cash", closing_id__isnull=False, balance=0, held=0),
                name="account_closed_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="account_currency_of_three_letters"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.currency} {self.user_id or ''}".rstrip()

    @property
    def available(self) -> int:
        """What can be spent or held, in minor units."""
        return self.balance - self.held


class AccountFreeze(models.Model):
    """Why an account was frozen, and why it was unfrozen. At most one open freeze per account.

    ``frozen_by``: "" when the consistency job did it.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(
        LedgerAccount, on_delete=models.PROTECT, related_name="freezes", verbose_name=_("account")
    )
    reason = models.CharField(_("reason"), max_length=500)
    frozen_at = models.DateTimeField(_("frozen"), db_default=Now())
    frozen_by = models.CharField(_("frozen by"), max_length=64, blank=True, default="", db_default="")
    lifted_at = models.DateTimeField(_("lifted"), null=True)
    lifted_by = models.CharField(_("lifted by"), max_length=64, blank=True, default="")
    lifted_reason = models.CharField(_("reason for lifting"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("freeze of an account")
        verbose_name_plural = _("freezes of accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(lifted_at=None), name="freeze_one_open_per_account"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | (~Q(lifted_by="") & ~Q(lifted_reason="")),
                name="freeze_lifted_by_somebody_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.reason
