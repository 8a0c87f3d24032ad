"""URLs of billing_service."""

from __future__ import annotations

from django.urls import path

from billing_service.cash.apis import DepositMakeApi, WithdrawalMakeApi
from billing_service.holds.apis import HoldListApi
from billing_service.ledger.apis import AccountApi, OperationListApi
from billing_service.statements.apis import StatementApi, StatementListApi
from servicekit.urls import handler400, handler403, handler404, handler500, service_urls

urlpatterns = service_urls(
    api=[
        path("api/v1/account", AccountApi.as_view()),
        path("api/v1/account/holds", HoldListApi.as_view()),
        path("api/v1/operations", OperationListApi.as_view()),
        path("api/v1/deposits", DepositMakeApi.as_view()),
        path("api/v1/withdrawals", WithdrawalMakeApi.as_view()),
        path("api/v1/statements", StatementListApi.as_view()),
        path("api/v1/statements/<str:month>", StatementApi.as_view()),
    ],
)
