"""URLs of holds."""

from __future__ import annotations

from django.urls import path

from billing_service.holds.apis import HoldListApi

urlpatterns = [
    path("account/holds", HoldListApi.as_view(), name="hold-list"),
]
