"""URLs of market_service."""

from __future__ import annotations

from django.urls import path

from market_service.candles.apis import CandleListApi
from market_service.clock.apis import MarketApi
from market_service.corporate_actions.apis import CorporateActionsApi
from market_service.instruments.apis import InstrumentDetailApi, InstrumentListApi
from market_service.venue.apis import BookApi, TradeListApi
from servicekit.urls import handler400, handler403, handler404, handler500, service_urls

urlpatterns = service_urls(
    api=[
        path("api/v1/market", MarketApi.as_view()),
        path("api/v1/instruments", InstrumentListApi.as_view()),
        path("api/v1/instruments/<str:ticker>", InstrumentDetailApi.as_view()),
        path("api/v1/instruments/<str:ticker>/book", BookApi.as_view()),
        path("api/v1/instruments/<str:ticker>/trades", TradeListApi.as_view()),
        path("api/v1/instruments/<str:ticker>/candles", CandleListApi.as_view()),
        path("api/v1/instruments/<str:ticker>/corporate-actions", CorporateActionsApi.as_view()),
    ],
)
