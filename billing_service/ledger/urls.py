"""URLs of the account and its history."""

from __future__ import annotations

from django.urls import path

from billing_service.ledger.apis import AccountApi, OperationListApi

urlpatterns = [
    path("account", AccountApi.as_view(), name="account"),
    path("operations", OperationListApi.as_view(), name="operation-list"),
]
