from __future__ import annotations

from django.urls import path

from trading_service.positions.apis import PortfolioApi, PortfolioHistoryApi, PositionListApi

urlpatterns = [
    path("positions", PositionListApi.as_view()),
    path("portfolio", PortfolioApi.as_view()),
    path("portfolio/history", PortfolioHistoryApi.as_view()),
]
