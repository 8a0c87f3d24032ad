"""The ledger in the admin: view, reverse entries, freeze and unfreeze accounts."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from billing_service.ledger.models import (
    AccountFreeze,
    JournalEntry,
    JournalHead,
    LedgerAccount,
    LedgerEntry,
)
from billing_service.ledger.operator_actions import FREEZE, REVERSE, UNFREEZE
from servicekit.admin import ReadOnlyAdmin, RowsInline
from servicekit.admin.columns import linked, money, order, person, price, short_id, whole
from servicekit.admin.links import order_links

ACCOUNT = linked("account_id", "/admin/billing/ledger/ledgeraccount/{}/change/", label=_("account"))


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
        "frozen_at", "closing_id", "closed_at",
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
        "description", "reversal_of", "reversed_by", "reason", "booked_by", "source_id",
        "request_id", "id", "hash",
    )  # fmt: skip
    date_hierarchy = "occurred_at"
    ordering = ("-number",)
    inlines = (LegInline,)
    operations = (REVERSE,)

    @admin.display(description=_("reverses"))
    def reversal_of(self, entry: JournalEntry) -> str:
        """The entry that it undoes."""
        return _entry_link(entry.reverses)

    @admin.display(description=_("reversed by"))
    def reversed_by(self, entry: JournalEntry) -> str:
        """The entry that undoes it."""
        return _entry_link(entry.reversals.first())


def _entry_link(entry: JournalEntry | None) -> str:
    if entry is None:
        return "–"
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:ledger_journalentry_change", args=[entry.pk]), entry
    )


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
