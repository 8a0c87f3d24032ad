from __future__ import annotations

from django.urls import path

from trading_service.alerts.apis import AlertApi, AlertListApi

urlpatterns = [
    path("", AlertListApi.as_view()),
    path("/<uuid:alert_id>", AlertApi.as_view()),
]
