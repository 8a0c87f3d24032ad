"""The ledger: accounts, journal entries and their legs. All amounts are BIGINT minor units.

The sign convention is the customer's statement: a positive leg raises the account's balance. Every
journal entry sums to zero per currency, so what customers own is what the house, the fees and the
outside world are down, and the whole ledger is always zero:

===========  ===============================  ==============================
journal      customer                         other legs
===========  ===============================  ==============================
deposit      +amount                          external −amount
buy          −amount (buy), −fee (fee)        house_cash +amount, fees +fee
sell         +amount (sell), −fee (fee)       house_cash −amount, fees +fee
===========  ===============================  ==============================

The database enforces what must hold whatever the code does (``migrations/0002_guards.py``): balance
and legs in one deferred trigger, immutability by privileges and a trigger, the currency of a leg by
a foreign key. A correction is a new entry that reverses, never an edit.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from servicekit.ids import new_id


class LedgerAccount(models.Model):
    """Where money is: a customer's cash, or one of the system's own accounts (one per currency).

    ``balance``: all of it; ``held``: the part of it that is set aside for open orders.
    ``last_number``: of the account's latest leg.
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

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "currency"],
                condition=~Q(kind="customer_cash"),
                name="account_one_of_the_system_per_currency",
            ),
            # What the legs' foreign key (account, currency) points to.
            models.UniqueConstraint(fields=["id", "currency"], name="account_currency"),
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
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.currency} {self.user_id or ''}".rstrip()

    @property
    def available(self) -> int:
        """What can be spent or held, in minor units."""
        return self.balance - self.held


class JournalEntry(models.Model):
    """Something that happened to money, once: at least two legs that sum to zero. Never changed.

    ``source_id``: the event or the operation that caused it; unique, so nothing is booked twice.
    ``fill_id``: of a settlement; unique, so no fill is paid twice whatever events say.
    ``occurred_at``: when it was booked. ``price`` is in major units, per unit of the instrument.
    """

    class Type(models.TextChoices):
        DEPOSIT = "deposit", _("deposit")
        ORDER_SETTLEMENT = "order_settlement", _("settlement of an order")

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    type = models.CharField(_("type"), max_length=24, choices=Type.choices)
    source_id = models.UUIDField(_("caused by"), unique=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True, default="")
    occurred_at = models.DateTimeField(_("booked"), db_index=True)
    order_id = models.UUIDField(_("order"), null=True, db_index=True)
    fill_id = models.UUIDField(_("fill"), null=True, unique=True)
    ticker = models.CharField(_("ticker"), max_length=32, blank=True, default="")
    quantity = models.BigIntegerField(_("quantity"), null=True)
    price = models.DecimalField(_("price"), max_digits=20, decimal_places=8, null=True)
    description = models.CharField(_("description"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        constraints = [
            models.CheckConstraint(
                condition=~Q(type="order_settlement")
                | (
                    # A comparison with NULL is no violation, and NaN is above every number.
                    Q(order_id__isnull=False, fill_id__isnull=False)
                    & Q(quantity__isnull=False, quantity__gt=0)
                    & Q(price__isnull=False, price__gt=0, price__lt=10**12)
                ),
                name="journal_settlement_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class LedgerEntry(models.Model):
    """One leg: ``amount`` (signed, minor units) on one account. Never changed.

    ``number``: counts the account's legs from 1 without a gap, in the order of its balances;
    ``balance_after`` is the account's balance once this leg is booked.
    """

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", _("deposit")
        WITHDRAWAL = "withdrawal", _("withdrawal")
        BUY = "buy", _("buy")
        SELL = "sell", _("sell")
        FEE = "fee", _("fee")

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    journal_entry = models.ForeignKey(
        JournalEntry, on_delete=models.PROTECT, related_name="legs", verbose_name=_("journal entry")
    )
    # The real foreign key is (account, currency), made in migrations/0002_guards.py.
    account = models.ForeignKey(
        LedgerAccount,
        on_delete=models.PROTECT,
        related_name="entries",
        db_constraint=False,
        db_index=False,
        verbose_name=_("account"),
    )
    number = models.BigIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    balance_after = models.BigIntegerField(_("balance after"))

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="entry_number_in_account"),
            models.CheckConstraint(condition=~Q(amount=0), name="entry_not_zero"),
            models.CheckConstraint(condition=Q(number__gt=0), name="entry_number_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount:+} {self.currency}"
