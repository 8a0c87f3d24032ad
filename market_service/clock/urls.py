"""``/api/v1/market``"""

from __future__ import annotations

from django.urls import path

from market_service.clock.apis import MarketApi

urlpatterns = [path("", MarketApi.as_view(), name="market")]
