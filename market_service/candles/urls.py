"""``/api/v1/instruments/{ticker}/candles``"""

from __future__ import annotations

from django.urls import path

from market_service.candles.apis import CandleListApi

urlpatterns = [path("candles", CandleListApi.as_view(), name="candles")]
