"""The ledger in the admin: to look at, to reverse an entry, to let a frozen account go."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import csrf_protect_m
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from billing_service.ledger.models import (
    AccountFreeze,
    JournalEntry,
    JournalHead,
    LedgerAccount,
    LedgerEntry,
)
from billing_service.ledger.reason_page import reason_page
from billing_service.ledger.services import account_unfreeze, journal_reverse
from servicekit.admin import ReadOnlyAdmin


class FreezeInline(admin.TabularInline):
    model = AccountFreeze
    fields = ("frozen_at", "reason", "lifted_at", "lifted_by", "lifted_reason")
    readonly_fields = fields
    extra = 0
    can_delete = False


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyAdmin):
    list_display = (
        "id", "kind", "user_id", "currency", "balance", "held", "available", "frozen_at", "opened_at",
    )  # fmt: skip
    list_filter = ("kind", "currency", ("frozen_at", admin.EmptyFieldListFilter))
    search_fields = ("=id", "=user_id")
    inlines = (FreezeInline,)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.unfreeze)
        return [
            path("<uuid:account_id>/unfreeze/", view, name="ledger_ledgeraccount_unfreeze"),
            *super().get_urls(),
        ]

    @csrf_protect_m
    def unfreeze(self, request: HttpRequest, account_id: Any) -> HttpResponse:
        """Let a frozen account go, for a reason."""
        return reason_page(
            self,
            request,
            str(account_id),
            title=_("Unfreeze the account"),
            done=_("The account is no longer frozen."),
            act=lambda account, reason: account_unfreeze(
                account_id=account.id, reason=reason, by=request.user.get_username()
            ),
        )


class LegInline(admin.TabularInline):
    model = LedgerEntry
    fields = ("account", "number", "kind", "amount", "currency", "balance_after")
    readonly_fields = fields
    extra = 0
    can_delete = False


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    list_display = (
        "number", "type", "occurred_at", "order_id", "ticker", "quantity", "price", "reason", "request_id",
    )  # fmt: skip
    list_filter = ("type",)
    search_fields = ("=id", "=number", "=source_id", "=order_id", "=fill_id", "=request_id", "=ticker")
    date_hierarchy = "occurred_at"
    ordering = ("-number",)
    inlines = (LegInline,)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.reverse_entry)
        return [
            path("<uuid:entry_id>/reverse/", view, name="ledger_journalentry_reverse"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        reversed = JournalEntry.objects.filter(reverses__id=object_id).exists()
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "reversed": reversed}
        )

    @csrf_protect_m
    def reverse_entry(self, request: HttpRequest, entry_id: Any) -> HttpResponse:
        """Book the opposite of an entry, for a reason."""
        return reason_page(
            self,
            request,
            str(entry_id),
            title=_("Reverse the journal entry"),
            done=_("The journal entry is reversed."),
            act=lambda entry, reason: journal_reverse(
                entry_id=entry.id, reason=reason, by=request.user.get_username()
            ),
        )


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "account", "number", "kind", "amount", "currency", "balance_after", "journal_entry")
    list_filter = ("kind", "currency")
    list_select_related = ("account", "journal_entry")
    search_fields = ("=id", "=account__id", "=account__user_id", "=journal_entry__id")


@admin.register(AccountFreeze)
class AccountFreezeAdmin(ReadOnlyAdmin):
    list_display = ("account", "frozen_at", "reason", "lifted_at", "lifted_by", "lifted_reason")
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    list_select_related = ("account",)
    search_fields = ("=account__id", "=account__user_id")
    ordering = ("-frozen_at",)


@admin.register(JournalHead)
class JournalHeadAdmin(ReadOnlyAdmin):
    list_display = ("number", "hash")
