from __future__ import annotations

from django.urls import path

from trading_service.positions.apis import PositionListApi

urlpatterns = [path("", PositionListApi.as_view())]
