"""Addresses below ``/api/v1/deposits``."""

from __future__ import annotations

from django.urls import path

from billing_service.cash.apis import DepositMakeApi

urlpatterns = [path("", DepositMakeApi.as_view(), name="deposit-make")]
