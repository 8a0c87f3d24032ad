"""URLs below ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from billing_service.cash.apis import DepositMakeApi, WithdrawalMakeApi

urlpatterns = [
    path("deposits", DepositMakeApi.as_view(), name="deposit-make"),
    path("withdrawals", WithdrawalMakeApi.as_view(), name="withdrawal-make"),
]
