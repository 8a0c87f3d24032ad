"""Deposits and withdrawals in the admin, read only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from billing_service.cash.models import Deposit, Withdrawal
from servicekit.admin import ReadOnlyAdmin
from servicekit.admin.columns import linked, money, person, short_id


class _Booked(ReadOnlyAdmin):
    """The base of both admins."""

    list_display = ("id", "user_id", "amount", "entry", "created_at")
    list_filter = ("currency",)
    shown = {
        "id": short_id("id"),
        "user_id": person("user_id", label=_("customer")),
        "amount": money("amount"),
        "entry": linked(
            "journal_entry_id", "/admin/billing/ledger/journalentry/{}/change/", label=_("journal entry")
        ),
    }
    find_ids = ("id", "journal_entry__id", "user_id")
    find_texts = ("idempotency_key",)
    find_people = ("user_id",)
    fields = ("id", "user_id", "amount", "currency", "entry", "idempotency_key", "created_at")
    date_hierarchy = "created_at"
    ordering = ("-id",)


@admin.register(Deposit)
class DepositAdmin(_Booked):
    """Deposits."""


@admin.register(Withdrawal)
class WithdrawalAdmin(_Booked):
    """Withdrawals."""
