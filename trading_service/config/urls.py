"""URLs of trading_service."""

from __future__ import annotations

from django.urls import path

from servicekit.urls import handler400, handler403, handler404, handler500, service_urls
from trading_service.alerts.apis import AlertApi, AlertListApi
from trading_service.orders.apis import (
    OrderApi,
    OrderCancelApi,
    OrderListApi,
    OrderReplaceApi,
    OrdersCancelAllApi,
)
from trading_service.positions.apis import PortfolioApi, PortfolioHistoryApi, PositionListApi
from trading_service.watchlist.apis import WatchedApi, WatchlistApi

urlpatterns = service_urls(
    api=[
        path("api/v1/orders", OrderListApi.as_view()),
        path("api/v1/orders/cancel-all", OrdersCancelAllApi.as_view()),
        path("api/v1/orders/<uuid:order_id>", OrderApi.as_view()),
        path("api/v1/orders/<uuid:order_id>/cancel", OrderCancelApi.as_view()),
        path("api/v1/orders/<uuid:order_id>/replace", OrderReplaceApi.as_view()),
        path("api/v1/positions", PositionListApi.as_view()),
        path("api/v1/portfolio", PortfolioApi.as_view()),
        path("api/v1/portfolio/history", PortfolioHistoryApi.as_view()),
        path("api/v1/alerts", AlertListApi.as_view()),
        path("api/v1/alerts/<uuid:alert_id>", AlertApi.as_view()),
        path("api/v1/watchlist", WatchlistApi.as_view()),
        path("api/v1/watchlist/<str:ticker>", WatchedApi.as_view()),
    ],
)
