"""URLs of statements."""

from __future__ import annotations

from django.urls import path

from billing_service.statements.apis import StatementApi, StatementListApi

urlpatterns = [
    path("statements", StatementListApi.as_view(), name="statement-list"),
    path("statements/<str:month>", StatementApi.as_view(), name="statement"),
]
