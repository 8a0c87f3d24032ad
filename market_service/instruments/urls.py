"""``/api/v1/instruments…``"""

from __future__ import annotations

from django.urls import path

from market_service.instruments.apis import InstrumentDetailApi, InstrumentListApi

urlpatterns = [
    path("", InstrumentListApi.as_view(), name="instruments"),
    path("/<str:ticker>", InstrumentDetailApi.as_view(), name="instrument"),
]
