"""The ledger in the admin: to look at, to reverse an entry, to freeze an account and let it go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing_service.ledger.models import (
    AccountFreeze,
    JournalEntry,
    JournalHead,
    LedgerAccount,
    LedgerEntry,
)
from billing_service.ledger.selectors import settlement_undone_by
from billing_service.ledger.services import account_freeze, account_unfreeze, journal_reverse
from billing_service.ledger.services.reversal import reversal_lock, reversal_preview
from servicekit.admin import ReadOnlyAdmin, RowsInline
from servicekit.admin.columns import linked, money, money_text, order, person, price, short_id, whole
from servicekit.admin.links import order_links
from servicekit.admin.operations import Fact, Operation
from servicekit.audit.actors import Actor

ACCOUNT = linked("account_id", "/admin/billing/ledger/ledgeraccount/{}/change/", label=_("account"))


def _freeze(account: LedgerAccount, form: dict[str, Any], by: Actor) -> None:
    account_freeze(account_id=account.id, reason=form["reason"], by=by)


def _unfreeze(account: LedgerAccount, form: dict[str, Any], by: Actor) -> None:
    account_unfreeze(account_id=account.id, reason=form["reason"], by=by)


def _account_facts(account: LedgerAccount) -> Sequence[Fact]:
    freeze = AccountFreeze.objects.filter(account=account, lifted_at=None).first()
    return (
        Fact(_("frozen"), gettext("yes") if account.frozen_at else gettext("no")),
        Fact(_("reason"), freeze.reason if freeze else "–"),
        Fact(_("balance"), money_text(account.balance, account.currency), binding=False),
        Fact(_("held"), money_text(account.held, account.currency), binding=False),
    )


FREEZE = Operation(
    name="freeze",
    title=_("Freeze the account"),
    done=_("The account is frozen."),
    facts=_account_facts,
    act=_freeze,
    offered=lambda account: account.frozen_at is None and account.kind == LedgerAccount.Kind.CUSTOMER_CASH,
    note=_("No deposit and no order to buy is taken any more; what has been agreed is still paid."),
)
UNFREEZE = Operation(
    name="unfreeze",
    title=_("Unfreeze the account"),
    done=_("The account is no longer frozen."),
    facts=_account_facts,
    act=_unfreeze,
    offered=lambda account: account.frozen_at is not None,
)


class FreezeInline(RowsInline):
    model = AccountFreeze
    fields = ("frozen_at", "frozen_by", "reason", "lifted_at", "lifted_by", "lifted_reason")
    readonly_fields = fields
    shown = {"frozen_by": person("frozen_by"), "lifted_by": person("lifted_by")}


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "user_id", "balance", "held", "available", "frozen_at")
    list_filter = ("kind", "currency", ("frozen_at", admin.EmptyFieldListFilter))
    shown = {
        "id": short_id("id"),
        "user_id": person("user_id", label=_("customer")),
        "balance": money("balance"),
        "held": money("held"),
        "available": money("available", label=_("available")),
    }
    find_ids = ("id",)
    find_people = ("user_id",)
    fields = (
        "id", "kind", "user_id", "currency", "balance", "held", "available", "last_number", "opened_at",
        "frozen_at",
    )  # fmt: skip
    inlines = (FreezeInline,)
    operations = (FREEZE, UNFREEZE)


class LegInline(RowsInline):
    model = LedgerEntry
    fields = ("account_id", "kind_of_account", "customer", "kind", "amount", "balance_after", "number")
    readonly_fields = fields
    shown = {
        "account_id": ACCOUNT,
        "customer": person("account__user_id", label=_("customer")),
        "amount": money("amount"),
        "balance_after": money("balance_after"),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        """With their accounts."""
        return super().get_queryset(request).select_related("account")

    @admin.display(description=_("kind of account"))
    def kind_of_account(self, leg: LedgerEntry) -> str:
        """Whose it is."""
        return leg.account.get_kind_display()


def _reverse(entry: JournalEntry, form: dict[str, Any], by: Actor) -> None:
    journal_reverse(entry_id=entry.id, reason=form["reason"], by=by)


def _reversal_facts(entry: JournalEntry) -> Sequence[Fact]:
    """Each leg that will be booked: its account, and the balance before and after."""
    facts: list[Fact] = []
    for leg in reversal_preview(entry):
        account = leg.account
        whose = f"{account.get_kind_display()} {account.id if account.user_id else account.currency}"
        facts.append(
            Fact(
                whose,
                now=money_text(leg.balance_before, account.currency),
                then=money_text(leg.balance_after, account.currency),
                amount=money_text(leg.amount, account.currency),
                binding=account.user_id is not None,
            )
        )
        if account.user_id is not None:
            facts.append(Fact(_("of which held"), money_text(account.held, account.currency)))
            facts.append(Fact(_("frozen"), gettext("yes") if account.frozen_at else gettext("no")))
    return facts


def _lock_entry(entry: JournalEntry) -> JournalEntry:
    """Nobody changes the entry; what changes is the customers' accounts."""
    reversal_lock(entry)
    return entry


REVERSE = Operation(
    name="reverse",
    title=_("Reverse the journal entry"),
    done=_("The journal entry is reversed."),
    facts=_reversal_facts,
    act=_reverse,
    lock=_lock_entry,
    offered=lambda entry: not entry.reversals.exists() and settlement_undone_by(entry) is None,
    note=_(
        "The customer is told, with this reason. * The exchange's own accounts move with every booking: of "
        "them the change is certain, the balance is that of now."
    ),
    many=False,
)


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "type",
        "occurred_at",
        "order_id",
        "ticker",
        "quantity",
        "price",
        "reason",
        "booked_by",
    )
    list_filter = ("type",)
    shown = {
        "id": short_id("id"),
        "order_id": order(),
        "price": price("price"),
        "quantity": whole("quantity"),
        "booked_by": person("booked_by"),
        "fill_id": short_id("fill_id"),
        "source_id": short_id("source_id"),
        "request_id": short_id("request_id"),
        "related": order_links(),
    }
    find_ids = ("id", "source_id", "order_id", "fill_id", "legs__account__id")
    find_texts = ("request_id", "ticker", "number")
    find_people = ("legs__account__user_id",)
    fields = (
        "number", "type", "occurred_at", "related", "order_id", "fill_id", "ticker", "quantity", "price",
        "description", "reverses", "reason", "booked_by", "source_id", "request_id", "id", "hash",
    )  # fmt: skip
    date_hierarchy = "occurred_at"
    ordering = ("-number",)
    inlines = (LegInline,)
    operations = (REVERSE,)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "account_kind", "user", "number", "kind", "amount", "balance_after", "entry")
    list_filter = ("kind", "currency")
    list_select_related = ("account", "journal_entry")
    shown = {
        "id": short_id("id"),
        "user": person("account__user_id", label=_("customer")),
        "amount": money("amount"),
        "balance_after": money("balance_after"),
        "entry": linked(
            "journal_entry_id", "/admin/billing/ledger/journalentry/{}/change/", label=_("journal entry")
        ),
        "account_id": ACCOUNT,
    }
    find_ids = ("id", "account__id", "journal_entry__id", "journal_entry__order_id")
    find_people = ("account__user_id",)
    fields = (
        "id",
        "account_id",
        "account_kind",
        "user",
        "number",
        "kind",
        "amount",
        "balance_after",
        "entry",
    )

    @admin.display(description=_("kind of account"))
    def account_kind(self, leg: LedgerEntry) -> str:
        """Whose it is."""
        return leg.account.get_kind_display()


@admin.register(AccountFreeze)
class AccountFreezeAdmin(ReadOnlyAdmin):
    list_display = ("user", "frozen_at", "frozen_by", "reason", "lifted_at", "lifted_by", "lifted_reason")
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    list_select_related = ("account",)
    shown = {
        "user": person("account__user_id", label=_("customer")),
        "lifted_by": person("lifted_by"),
        "frozen_by": person("frozen_by"),
        "account_id": ACCOUNT,
    }
    find_ids = ("account__id",)
    find_people = ("account__user_id",)
    fields = (
        "user",
        "account_id",
        "frozen_at",
        "frozen_by",
        "reason",
        "lifted_at",
        "lifted_by",
        "lifted_reason",
    )
    ordering = ("-frozen_at",)


@admin.register(JournalHead)
class JournalHeadAdmin(ReadOnlyAdmin):
    list_display = ("number", "hash")
