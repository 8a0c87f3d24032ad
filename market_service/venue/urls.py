"""``/api/v1/instruments/{ticker}…``"""

from __future__ import annotations

from django.urls import path

from market_service.venue.apis import BookApi, TradeListApi

urlpatterns = [
    path("book", BookApi.as_view(), name="book"),
    path("trades", TradeListApi.as_view(), name="trades"),
]
