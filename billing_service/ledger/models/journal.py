"""The journal: entries, their legs, and the head of the chain. Amounts are BIGINT minor units."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing_service.ledger.models.accounts import LedgerAccount
from servicekit.contracts.values import AVERAGE_DIGITS, PRICE_MAX_DIGITS
from servicekit.ids import new_id
from servicekit.money import to_text


class JournalEntry(models.Model):
    """One movement of money: at least two legs that sum to zero. Immutable.

    ``number``, ``hash``: its place in the hash chain, see ``chain.py``; the order of booking.
    ``source_id``: the event or the operation that caused it; unique, so nothing is booked twice.
    ``fill_id``: of a settlement; unique, so no fill is paid twice whatever events say.
    ``occurred_at``: when it was booked, by the database's clock, a moment before its commit.
    ``price``: in major units, per unit of the instrument; of a dividend what each unit is paid, of a split
    the price after it, at which a fraction of a unit is paid.
    ``reverses``: the entry that it undoes; unique, so an entry is reversed once. ``reason`` and
    ``booked_by`` say why and by whom: an operator's id, or who ran the command.
    """

    class Type(models.TextChoices):
        DEPOSIT = "deposit", _("deposit")
        WITHDRAWAL = "withdrawal", _("withdrawal")
        ORDER_SETTLEMENT = "order_settlement", _("settlement of an order")
        DIVIDEND = "dividend", _("dividend")
        SPLIT = "split", _("fraction left by a split")
        REVERSAL = "reversal", _("reversal")

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    number = models.BigIntegerField(_("number"), unique=True)
    hash = models.CharField(_("hash"), max_length=64)
    type = models.CharField(_("type"), max_length=24, choices=Type.choices)
    source_id = models.UUIDField(_("caused by"), unique=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True, default="")
    occurred_at = models.DateTimeField(_("booked"))
    order_id = models.UUIDField(_("order"), null=True, db_index=True)
    fill_id = models.UUIDField(_("fill"), null=True, unique=True)
    ticker = models.CharField(_("ticker"), max_length=32, blank=True, default="")
    quantity = models.BigIntegerField(_("quantity"), null=True)
    price = models.DecimalField(
        _("price"), max_digits=PRICE_MAX_DIGITS, decimal_places=AVERAGE_DIGITS, null=True
    )
    description = models.CharField(_("description"), max_length=200, blank=True, default="")
    reverses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        related_name="reversals",
        verbose_name=_("reverses"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="", db_default="")
    booked_by = models.CharField(_("booked by"), max_length=64, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        indexes = [
            # The table grows in the order of this column: some kilobytes do what a B-tree would.
            BrinIndex(fields=["occurred_at"], name="journal_occurred", pages_per_range=32),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="journal_reversed_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    type__in=["deposit", "withdrawal", "order_settlement", "dividend", "split", "reversal"]
                ),
                name="journal_known_type",
            ),
            models.CheckConstraint(
                condition=Q(type="reversal", reverses__isnull=False) & ~Q(reason="") & ~Q(booked_by="")
                | ~Q(type="reversal") & Q(reverses__isnull=True),
                name="journal_reversal_says_of_what_and_why",
            ),
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
        return f"{self.number} {self.get_type_display()}"


class LedgerEntry(models.Model):
    """One leg: ``amount`` (signed, minor units) on one account. Immutable.

    ``number``: counts the account's legs from 1 without a gap, in the order of its balances;
    ``balance_after`` is the account's balance once this leg is booked.
    """

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", _("deposit")
        WITHDRAWAL = "withdrawal", _("withdrawal")
        BUY = "buy", _("buy")
        SELL = "sell", _("sell")
        FEE = "fee", _("fee")
        DIVIDEND = "dividend", _("dividend")
        SPLIT = "split", _("fraction left by a split")
        REVERSAL = "reversal", _("reversal")

    id = models.UUIDField(_("id"), primary_key=True, default=new_id, editable=False)
    # Both are enforced for a whole batch at once by the triggers of migrations/0003_chain.py; foreign
    # keys would look twice per leg, which was a sixth of the cost of a settlement.
    journal_entry = models.ForeignKey(
        JournalEntry,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="legs",
        verbose_name=_("journal entry"),
    )
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
            models.CheckConstraint(
                condition=Q(
                    kind__in=["deposit", "withdrawal", "buy", "sell", "fee", "dividend", "split", "reversal"]
                ),
                name="entry_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {to_text(self.amount, self.currency)} {self.currency}"


class JournalHead(models.Model):
    """The chain's head: the number and the hash of the latest entry. One row, written by triggers only.

    ``unsealed``: legs whose entry has not been written yet; zero at every commit.

    Whoever books locks it first (``ledger_lock_head()``) and keeps it until the commit, so entries
    are numbered in the order of their commits and without a gap.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    number = models.BigIntegerField(_("number"))
    hash = models.CharField(_("hash"), max_length=64)
    unsealed = models.BigIntegerField(_("legs without an entry"), default=0)

    class Meta:
        verbose_name = _("head of the journal")
        verbose_name_plural = _("head of the journal")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="journal_has_one_head")]

    def __str__(self) -> str:
        return f"{self.number} {self.hash}"
